export * from "./faulty-storage.ts";
export * from "./memory-storage.ts";
export * from "./recording-storage.ts";
export * from "./storage-contract.ts";
