export * from "./commands.ts";
export * from "./lines.ts";
export * from "./parameters.ts";
