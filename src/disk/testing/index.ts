export * from "./counting-source.ts";
export * from "./crash-recorder.ts";
export * from "./disk-contract.ts";
export * from "./disk-digest.ts";
export * from "./poisoning-source.ts";
export * from "./sparse-memory-store.ts";
