export * from "./errors.ts";
export * from "./selection.ts";
