export * from "./list-values.ts";
export * from "./second-reader.ts";
