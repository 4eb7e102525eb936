export * from "./canonical-folder.ts";
export * from "./checked-file.ts";
export * from "./environment.ts";
export * from "./host-trust.ts";
export * from "./language.ts";
export * from "./path-map-file.ts";
export * from "./secret-file.ts";
export * from "./state-folder.ts";
