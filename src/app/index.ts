export type { HostMachine } from "../hyperv/index.ts";
export type { MachineSelection } from "../policy/index.ts";
export type { RestorePoint } from "../vault/index.ts";
export * from "./addresses.ts";
export * from "./compose.ts";
export * from "./config/index.ts";
export * from "./errors.ts";
export * from "./problems/index.ts";
export * from "./use-cases/index.ts";
