export * from "./errors.ts";
export type { RestoredFile, UnreadFileRange } from "./execute-restore.ts";
export { type ParentLink, type ParentLinks, readParentLinks } from "./parent-links.ts";
export * from "./plan-restore.ts";
export * from "./ports.ts";
export {
  type PointFacts,
  type PointFailed,
  type PointRestored,
  type RestoredPoints,
  type RestorePointsOptions,
  restorePoints,
} from "./restore-points.ts";
export {
  type RestoreOptions,
  type RestoreOutcome,
  type RestoreToFolderOptions,
  restoreToFolder,
} from "./restore-to-folder.ts";
export type { SalvagedFile } from "./salvage-report.ts";
export type { Naming } from "./target-name.ts";
