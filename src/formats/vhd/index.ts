export * from "./errors.ts";
export type { LenientOption, VhdKind } from "./footer.ts";
export type { VhdParentFacts } from "./parent-locators.ts";
export * from "./vhd-file.ts";
