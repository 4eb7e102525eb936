export * from "./late-storage.ts";
export * from "./small-hosts.ts";
export * from "./small-vault.ts";
