export * from "./launches.ts";
export type { OtherAnswer } from "./other-answers.ts";
export type { BridgeStep } from "./scripted-bridge.ts";
