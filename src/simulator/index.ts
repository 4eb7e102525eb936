export type { GuestWriteOptions } from "./acts/guest-write.ts";
export type { ContentDisk, ContentFile, PlacedFile } from "./content/content-disk.ts";
export * from "./content/create-demo-host.ts";
export * from "./content/demo-guest-changes.ts";
export * from "./content/guest-view.ts";
export * from "./content/write-fat-disk.ts";
export * from "./errors.ts";
export * from "./simulated-host.ts";
export type { HostState } from "./state/schema.ts";
