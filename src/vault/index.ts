export { type CreateVaultOptions, createVault } from "./create-vault.ts";
export * from "./errors.ts";
export type { KdfCost } from "./format/key-slot-document.ts";
export { digestFromName } from "./format/object-names.ts";
export * from "./hosts/errors.ts";
export type { HostFacts } from "./hosts/host-book.ts";
export { isHostKey } from "./hosts/host-key.ts";
export type { ReadBackReport } from "./hosts/read-back.ts";
export type { WriteOnlyVault } from "./hosts/write-only-vault.ts";
export { DEFAULT_INDEX_MEMORY, type IndexProgress, type LocalIndexOptions } from "./index/local-runs.ts";
export * from "./keys/errors.ts";
export type { KeySlotFacts } from "./keys/key-slots.ts";
export type { ShareCounts } from "./keys/recovery-shares.ts";
export type { VaultLock } from "./lock/locking-storage.ts";
export type { RenewReport } from "./lock/renew-locks.ts";
export type { CheckedObjects } from "./maintenance/checked-objects.ts";
export { type ScrubReport, scrubVault } from "./maintenance/scrub-vault.ts";
export type {
  DamagedObject,
  VerifyOptions,
  VerifyProgress,
  VerifyReport,
} from "./maintenance/verify-vault.ts";
export { type OpenVaultOptions, openVault } from "./open-vault.ts";
export { openWriteOnlyVault } from "./open-write-only-vault.ts";
export type { StoreCounts, StoredContent } from "./pipeline/store-file.ts";
export { isUnreadable, type SalvageOptions, type UnreadRange } from "./reading/salvage-file.ts";
export type { CopyOptions, StoredFileReader } from "./reading/stored-file-reader.ts";
export type { ChangedPoint } from "./receipts/changed-points.ts";
export type { MissingPoint, ReceiptGap } from "./receipts/judge-receipts.ts";
export type { ReceiptBook, ReceiptPage } from "./receipts/receipt-book.ts";
export type { ReceiptReport } from "./receipts/receipts.ts";
export type { FileRecipe } from "./recipes/file-recipe.ts";
export type { RemovalPlan } from "./removal/plan-removal.ts";
export type { PruneOptions, PruneReport } from "./removal/prune-report.ts";
export type { LostFile, LostPoint, LostRange } from "./repair/losses.ts";
export type { RepairOptions, RepairReport } from "./repair/repair-vault.ts";
export type {
  CheckpointRecord,
  CopyOrigin,
  FileRole,
  RestorePoint,
  RestorePointDraft,
  RestorePointSummary,
  StoredFile,
} from "./restore-points/restore-point.ts";
export type { StoreFileOptions, VaultSession } from "./sessions/vault-session.ts";
export type { TrashedPoint, Vault } from "./vault.ts";
export type { VaultFacts, VaultOptions } from "./vault-options.ts";
