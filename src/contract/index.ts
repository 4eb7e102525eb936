export * from "./commands.ts";
export * from "./lines.ts";
export * from "./parameter-groups.ts";
export * from "./parameters.ts";
