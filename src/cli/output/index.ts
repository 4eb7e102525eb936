export * from "./amounts.ts";
export * from "./human-output.ts";
export * from "./json-output.ts";
export * from "./output.ts";
export * from "./paint.ts";
export * from "./problem-text.ts";
export * from "./table-text.ts";
