import type { Guid } from "../base/index.ts";
import type { StoredFile, VaultSession } from "../vault/index.ts";

/** A writer of the vault; `VaultSession` is one. */
export type BackupSession = Pick<VaultSession, "storeFile" | "commit"> & AsyncDisposable;

/** What a run needs of a vault; `Vault` has it. */
export interface BackupVault {
  openSession(options: { readonly signal?: AbortSignal | undefined }): Promise<BackupSession>;
  /** The files of the machine's newest restore point by path; empty when it has none. */
  previousFiles(machine: Guid, host: string): Promise<ReadonlyMap<string, StoredFile>>;
}
