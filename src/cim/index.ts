export * from "./declared-class.ts";
export * from "./errors.ts";
export * from "./excerpt.ts";
export * from "./model.ts";
export * from "./session.ts";
export * from "./values.ts";
