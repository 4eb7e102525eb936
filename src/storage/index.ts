export * from "./errors.ts";
export { type LocalStorageOptions, openLocalStorage } from "./local/open-local-storage.ts";
export * from "./object-name.ts";
export * from "./storage.ts";
