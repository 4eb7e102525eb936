export * from "./errors.ts";
export * from "./folder-files.ts";
export * from "./host-commands.ts";
export * from "./host-files.ts";
export * from "./local-commands.ts";
export * from "./local-files.ts";
export * from "./mapped-files.ts";
export * from "./windows-path.ts";
