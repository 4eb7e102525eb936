export * from "./describe-error.ts";
export * from "./problem.ts";
export * from "./problems.ts";
