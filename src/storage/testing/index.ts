export * from "./ceph-gateway.ts";
export * from "./faulty-storage.ts";
export * from "./memory-storage.ts";
export * from "./recording-storage.ts";
export * from "./scheduled-storage.ts";
export * from "./scripted-s3.ts";
export * from "./ssh-server.ts";
export * from "./storage-contract.ts";
