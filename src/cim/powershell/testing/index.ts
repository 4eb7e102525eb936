export * from "./launches.ts";
export type { BridgeStep } from "./scripted-bridge.ts";
