export * from "./errors.ts";
export * from "./host-commands.ts";
export * from "./host-files.ts";
