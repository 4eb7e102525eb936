export * from "./card-text.ts";
export * from "./cards.ts";
export * from "./describe-error.ts";
export * from "./near-codes.ts";
export * from "./problem.ts";
export * from "./proposal-text.ts";
