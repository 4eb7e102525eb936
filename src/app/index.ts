export type { HoldWishes, HostMachine } from "../hyperv/index.ts";
export {
  type MachineSelection,
  parseLast,
  parseOneOfEach,
  parseSince,
  parseWithin,
  type RetentionRule,
} from "../policy/index.ts";
export type { RestorePoint } from "../vault/index.ts";
export * from "./addresses.ts";
export * from "./compose.ts";
export * from "./config/index.ts";
export * from "./demo/demo-story.ts";
export * from "./demo/run-demo.ts";
export * from "./disk-exclusion.ts";
export * from "./errors.ts";
export * from "./host-request.ts";
export * from "./problems/index.ts";
export * from "./use-cases/index.ts";
export * from "./vault-address.ts";
export * from "./winrm-address.ts";
