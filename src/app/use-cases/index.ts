export * from "./backup.ts";
export type { CommandsRequest } from "./backup-commands.ts";
export * from "./context.ts";
export * from "./explain.ts";
export * from "./machines.ts";
export * from "./points.ts";
export * from "./restore.ts";
export * from "./vaults.ts";
export * from "./verify.ts";
