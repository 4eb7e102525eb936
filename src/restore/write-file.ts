import type { Entropy, Notice } from "../base/index.ts";
import type { ByteStore } from "../disk/index.ts";
import { rewriteParentLocator } from "../formats/vhdx/index.ts";
import type { UnreadRange } from "../vault/index.ts";
import { RestoredFileWrongError } from "./errors.ts";
import { isFormatError } from "./parent-links.ts";
import type { PlannedFile, RestorePlan } from "./plan-restore.ts";
import type { RestoreReader, RestoreTarget, RestoreVault } from "./ports.ts";
import { type SalvagedFile, writeReport } from "./salvage-report.ts";
import { UnreadRanges } from "./unread-ranges.ts";

export interface WriteFileOptions {
  readonly plan: Pick<RestorePlan, "machine" | "point">;
  readonly vault: RestoreVault;
  readonly target: RestoreTarget;
  readonly overwrite?: true | undefined;
  /** Of a damaged file, write what can be read, and a report. */
  readonly salvage?: true | undefined;
  readonly entropy: Entropy;
  /** The file's name until all of it is there and durable. */
  readonly partial: string;
  /** Where a report goes. */
  readonly report: string;
  /** Told how much of the file is done; never goes back. */
  readonly onProgress: (doneBytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenFile {
  /** Bytes that were really written: zeros that a file system can leave out are not. */
  readonly bytesWritten: number;
  /** Of a file that is not whole. */
  readonly salvaged?: SalvagedFile | undefined;
  /** What could not be read of it, in file order. */
  readonly unread: readonly UnreadRange[];
  /** Whether its parent locator was rewritten. */
  readonly isRewritten: boolean;
  readonly warnings: readonly Notice[];
}

/**
 * Writes one file of a plan; whatever fails, nothing is left that looks whole. A file of which something is lost has its report before
 * it has its name. @throws {RestoredFileWrongError}
 */
export async function writeFile(file: PlannedFile, options: WriteFileOptions): Promise<WrittenFile> {
  const { target, partial, report, overwrite } = options;
  if (overwrite === true) await target.remove(partial);
  let written: WrittenFile;
  try {
    written = await writePartial(file, options);
    await target.rename(partial, file.path);
  } catch (error) {
    await removeAfter(error, async () => {
      await target.remove(partial);
      if (options.salvage === true && overwrite !== true) await target.remove(report);
    });
    throw error;
  }
  if (overwrite === true && written.salvaged === undefined) await target.remove(report); // of the file before
  return written;
}

async function writePartial(file: PlannedFile, options: WriteFileOptions): Promise<WrittenFile> {
  const { vault, target, plan, partial } = options;
  await using reader = await vault.openFile(file.stored);
  if (reader.sizeBytes !== file.stored.sizeBytes) throw wrongSize(file, reader.sizeBytes);
  await using store = await target.create(partial, { isTemporary: true });
  const { bytesWritten, unread } = await copy(reader, store, options);
  const sizeBytes = (await target.stat(partial))?.sizeBytes;
  if (sizeBytes !== file.stored.sizeBytes) throw wrongSize(file, sizeBytes);
  const warnings = await rewrite(store, file, { ...options, isWhole: unread.length === 0 });
  await store.flush();
  const isRewritten = file.newParent !== undefined && warnings.length === 0;
  if (unread.length === 0) return { bytesWritten, unread, isRewritten, warnings };
  const salvaged = await writeReport(target, options.report, { plan, file, ranges: unread });
  const message = `"${file.path}" is not whole: ${salvaged.unreadBytes} bytes of ${file.stored.sizeBytes} could not be read and are zeros, "${salvaged.report}" lists them`;
  return {
    bytesWritten,
    unread,
    salvaged,
    isRewritten,
    warnings: [...warnings, { code: "file-salvaged-in-part", message }],
  };
}

async function copy(
  reader: RestoreReader,
  store: ByteStore,
  { salvage, signal, onProgress }: WriteFileOptions,
): Promise<Pick<WrittenFile, "bytesWritten" | "unread">> {
  const options = { ...(signal && { signal }), onProgress };
  if (salvage !== true) return { ...(await reader.copyTo(store, options)), unread: [] };
  const ranges = new UnreadRanges();
  const { bytesWritten } = await reader.salvageTo(store, {
    ...options,
    onUnread: (range) => ranges.add(range),
  });
  return { bytesWritten, unread: ranges.ranges() };
}

/** Gives the file its new parent. What is lost of a file may be just what has to be rewritten. */
async function rewrite(
  store: ByteStore,
  file: PlannedFile,
  { entropy, signal, isWhole }: WriteFileOptions & { readonly isWhole: boolean },
): Promise<readonly Notice[]> {
  if (file.newParent === undefined) return [];
  try {
    await rewriteParentLocator(store, { relativePath: file.newParent, entropy, signal });
    return [];
  } catch (error) {
    if (isWhole || !isFormatError(error)) throw error;
    const message = `"${file.path}" is not whole, and the path of its parent in it could not be rewritten`;
    return [{ code: "parent-locator-not-rewritten", message }];
  }
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
