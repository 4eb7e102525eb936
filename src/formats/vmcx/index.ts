export * from "./errors.ts";
export * from "./key-lookup.ts";
export * from "./key-tree.ts";
export * from "./open-key-value-store.ts";
export * from "./parse-xml-configuration.ts";
export * from "./write-key-value-store.ts";
export * from "./write-xml-configuration.ts";
