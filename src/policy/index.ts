export * from "./errors.ts";
export * from "./retention/apply-retention.ts";
export * from "./retention/parse-retention.ts";
export type * from "./retention/retention-rule.ts";
export * from "./selection.ts";
