import type { FolderFiles } from "../places/index.ts";
import type { StoredFile, StoredFileReader } from "./vault-types.ts";

/** What a restore needs of a vault; `Vault` has it. */
export interface RestoreVault {
  openFile(file: StoredFile): Promise<StoredFileReader>;
}

/** Where a restore writes: a folder of this machine, by paths relative to it. */
export type RestoreTarget = Pick<FolderFiles, "list" | "stat" | "open" | "create" | "remove" | "rename">;
