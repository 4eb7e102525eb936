export { vhdChecksum } from "./checksum.ts";
export * from "./errors.ts";
export type { LenientOption, VhdKind } from "./footer.ts";
export * from "./layout.ts";
export type { VhdParentFacts } from "./parent-locators.ts";
export * from "./vhd-chain.ts";
export * from "./vhd-file.ts";
