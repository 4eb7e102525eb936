export * from "./canonical-folder.ts";
export * from "./environment.ts";
export * from "./language.ts";
export * from "./secret-file.ts";
export * from "./state-folder.ts";
