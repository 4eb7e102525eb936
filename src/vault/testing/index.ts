export * from "./small-vault.ts";
