export type { CommandContract } from "./command-contract.ts";
export * from "./commands.ts";
export * from "./exit.ts";
export * from "./exit-codes.ts";
export * from "./lines.ts";
export * from "./parameter-groups.ts";
export * from "./parameters.ts";
