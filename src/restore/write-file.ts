import type { Entropy } from "../base/index.ts";
import { rewriteParentLocator } from "../formats/vhdx/index.ts";
import { RestoredFileWrongError } from "./errors.ts";
import type { PlannedFile } from "./plan-restore.ts";
import type { RestoreTarget, RestoreVault } from "./ports.ts";

export interface WriteFileOptions {
  readonly vault: RestoreVault;
  readonly target: RestoreTarget;
  readonly overwrite?: true | undefined;
  readonly entropy: Entropy;
  /** The file's name until all of it is there and durable. */
  readonly partial: string;
  /** Told how much of the file is done; never goes back. */
  readonly onProgress: (doneBytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes one file of a plan; whatever fails, nothing is left that looks whole. Gives how many bytes were really written.
 *
 * @throws {RestoredFileWrongError}
 */
export async function writeFile(file: PlannedFile, options: WriteFileOptions): Promise<number> {
  const { target, partial } = options;
  if (options.overwrite === true) await target.remove(partial);
  let bytesWritten: number;
  try {
    bytesWritten = await writePartial(file, options);
  } catch (error) {
    await removeAfter(error, async () => {
      await target.remove(partial);
    });
    throw error;
  }
  await target.rename(partial, file.path);
  return bytesWritten;
}

async function writePartial(file: PlannedFile, options: WriteFileOptions): Promise<number> {
  const { vault, target, signal, onProgress } = options;
  await using reader = await vault.openFile(file.stored);
  if (reader.sizeBytes !== file.stored.sizeBytes) throw wrongSize(file, reader.sizeBytes);
  await using store = await target.create(options.partial);
  const { bytesWritten } = await reader.copyTo(store, { ...(signal && { signal }), onProgress });
  const sizeBytes = (await target.stat(options.partial))?.sizeBytes;
  if (sizeBytes !== file.stored.sizeBytes) throw wrongSize(file, sizeBytes);
  if (file.newParent !== undefined)
    await rewriteParentLocator(store, { relativePath: file.newParent, entropy: options.entropy, signal });
  await store.flush();
  return bytesWritten;
}

/** Cleans up; when that fails too, neither error hides the other. */
async function removeAfter(error: unknown, remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (second) {
    throw new SuppressedError(second, error, "removing what was half written failed too");
  }
}

function wrongSize(file: PlannedFile, found: number | undefined): RestoredFileWrongError {
  return new RestoredFileWrongError(
    `Cannot restore "${file.stored.path}": it has ${found ?? "no"} bytes, not ${file.stored.sizeBytes}`,
    { path: file.stored.path },
  );
}
