export * from "./fake-commands.ts";
export * from "./fake-host.ts";
export * from "./fake-vault.ts";
export * from "./memory-host-files.ts";
