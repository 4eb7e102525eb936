export * from "./spell-log.ts";
export * from "./spell-vhdx.ts";
