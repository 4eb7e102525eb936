export * from "./byte-source.ts";
export * from "./disk.ts";
export * from "./errors.ts";
export * from "./file-layout.ts";
export * from "./memory-store.ts";
