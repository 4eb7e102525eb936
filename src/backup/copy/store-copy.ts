import { type FileLayout, plainLayout, SourceEndedError } from "../../disk/index.ts";
import type { RestorePoint, StoreCounts, StoredContent, StoredFile } from "../../vault/index.ts";
import { isFormatError, openDiskFile } from "../disk-file.ts";
import type { BackupSession } from "../ports.ts";
import type { SourceFile } from "./source-file.ts";

export interface StoreCopyOptions {
  readonly session: BackupSession;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (doneBytes: number) => void;
}

/**
 * Stores a file of one vault in another, cut as a backup would cut it: a disk's layout is read from its bytes again, so
 * its chunks are those that the target gets, or has, from the disk itself.
 */
export async function storeCopy(
  source: SourceFile,
  file: StoredFile,
  options: StoreCopyOptions,
): Promise<StoredContent> {
  const { session, signal, onProgress } = options;
  const store = async (layout: FileLayout): Promise<StoredContent> =>
    await session.storeFile(source, { layout, onProgress, ...(signal && { signal }) });
  if (file.role !== "disk") return await store(plainLayout(source.sizeBytes));
  try {
    const disk = await openDiskFile(source, { path: file.path, signal });
    return await store(disk.layout());
  } catch (error) {
    // the backup did not understand it either, and took its bytes as they were
    if (!isFormatError(error) && !(error instanceof SourceEndedError)) throw error;
    return await store(plainLayout(source.sizeBytes));
  }
}

/** The counts of several files together. */
export function countsOf(stored: readonly StoredContent[]): RestorePoint["counts"] {
  const sum = (name: keyof StoreCounts): number => stored.reduce((all, { counts }) => all + counts[name], 0);
  return {
    bytesRead: sum("bytesRead"),
    bytesReadMetadata: sum("bytesReadMetadata"),
    bytesNew: sum("bytesNew"),
    bytesStored: sum("bytesStored"),
  };
}
