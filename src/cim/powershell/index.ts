export * from "./errors.ts";
export * from "./powershell-session.ts";
export type { BridgeLaunch } from "./windows-powershell.ts";
