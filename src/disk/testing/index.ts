export * from "./counting-source.ts";
export * from "./disk-digest.ts";
export * from "./sparse-memory-store.ts";
