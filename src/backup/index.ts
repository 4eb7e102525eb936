export * from "./backup-machines.ts";
export { type FinishOptions, finishAfterCommands } from "./commands/finish-after-commands.ts";
export * from "./commands/item-commands.ts";
export { pendingAfterCommands } from "./commands/pending-after-commands.ts";
export * from "./errors.ts";
export { type FolderHostOptions, openFolderHost } from "./folder/folder-host.ts";
export * from "./outcome.ts";
export * from "./ports.ts";
export type { FullReadReason } from "./store-files.ts";
