export * from "./describe-error.ts";
export * from "./problem.ts";
export * from "./problems.ts";
export * from "./warning.ts";
export * from "./warnings.ts";
