export * from "./errors.ts";
export * from "./execute-restore.ts";
export { type ParentLink, type ParentLinks, readParentLinks } from "./parent-links.ts";
export * from "./plan-restore.ts";
export * from "./ports.ts";
export * from "./restore-to-folder.ts";
export type { Naming } from "./target-name.ts";
