export type { GuestWriteOptions } from "./acts/guest-write.ts";
export * from "./errors.ts";
export * from "./simulated-host.ts";
export type { HostState } from "./state/schema.ts";
