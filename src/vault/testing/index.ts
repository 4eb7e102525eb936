export * from "./small-hosts.ts";
export * from "./small-vault.ts";
