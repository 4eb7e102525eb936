import type { ByteSource } from "../disk/index.ts";
import type { FolderFiles } from "../places/index.ts";
import type { StoredFile, StoredFileReader } from "../vault/index.ts";

/** A file in the vault; `StoredFileReader` is one. */
export type RestoreReader = ByteSource &
  Pick<StoredFileReader, "copyTo" | "salvageTo"> &
  Partial<Pick<StoredFileReader, "extents">>;

/** What a restore needs of a vault; `Vault` has it. */
export interface RestoreVault {
  openFile(file: StoredFile): Promise<RestoreReader>;
}

/** Where a restore writes: a folder of this machine, by paths relative to it. */
export type RestoreTarget = Pick<FolderFiles, "list" | "stat" | "open" | "create" | "remove" | "rename"> &
  Partial<Pick<FolderFiles, "freeBytes">>;
