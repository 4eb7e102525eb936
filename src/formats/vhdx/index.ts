export * from "./block-entry.ts";
export * from "./block-table.ts";
export * from "./checksum.ts";
export * from "./errors.ts";
export * from "./geometry.ts";
export * from "./open-vhdx.ts";
export * from "./parent-locator.ts";
export * from "./vhdx-file.ts";
