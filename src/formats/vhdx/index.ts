export * from "./block-entry.ts";
export * from "./checksum.ts";
export * from "./errors.ts";
export * from "./geometry.ts";
