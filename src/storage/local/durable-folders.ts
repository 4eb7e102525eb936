import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileErrorCode } from "./file-errors.ts";

/** What file systems answer that keep names in order by themselves, or leave them to a server. */
const CANNOT_SYNC_FOLDERS: readonly (string | undefined)[] = ["EINVAL", "ENOTSUP", "EOPNOTSUPP"];

/** Names that were made, replaced or removed in this folder survive a power cut when it resolves. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // NTFS journals names by itself, and folders cannot be flushed
  await using handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!CANNOT_SYNC_FOLDERS.includes(fileErrorCode(error))) throw error;
  }
}

/**
 * The folders below one root, made when they are first needed. What it remembers grows with the number of folders
 * that were written to, not with the number of objects.
 */
export class DurableFolders {
  readonly #root: string;
  readonly #known = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Makes sure that the folder and all above it, up to the root, are there for good. Each is flushed once even when it
   * was there already: another process may have made it and not have come to flushing it. The root itself is never
   * made, so that a drive that was unplugged is not replaced by a folder of its name.
   */
  async ensure(folder: string): Promise<void> {
    if (folder === "" || folder === "." || this.#known.has(folder)) return;
    const parent = dirname(folder);
    await this.ensure(parent);
    try {
      await mkdir(join(this.#root, folder));
    } catch (error) {
      if (fileErrorCode(error) !== "EEXIST") throw error;
    }
    await syncFolder(join(this.#root, parent));
    this.#known.add(folder);
  }

  /** Somebody removed folders: all are looked at again. */
  forget(): void {
    this.#known.clear();
  }
}
