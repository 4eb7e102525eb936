export * from "./errors.ts";
export * from "./retention/apply-retention.ts";
export * from "./retention/parse-retention.ts";
export type * from "./retention/retention-rule.ts";
export { halfHourOf } from "./rhythm/half-hour.ts";
export * from "./rhythm/quiet-slot.ts";
export type * from "./rhythm/sighting.ts";
export * from "./selection.ts";
