export * from "./byte-source.ts";
export * from "./disk.ts";
export * from "./disk-chain.ts";
export * from "./errors.ts";
export * from "./extent-cursor.ts";
export * from "./file-layout.ts";
export * from "./memory-store.ts";
export * from "./read-parent.ts";
