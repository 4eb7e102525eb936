import { type EventSink, type Notice, throwIfInterrupted, type Uncovered } from "../base/index.ts";
import { type ByteSource, type FileLayout, plainLayout, SourceEndedError } from "../disk/index.ts";
import type { HostFiles } from "../places/index.ts";
import type { StoreCounts, StoredContent, StoredFile } from "../vault/index.ts";
import { notUnderstoodNotice } from "./disk-chains.ts";
import { isFormatError, openDiskFile } from "./disk-file.ts";
import { FileChangedError } from "./errors.ts";
import { hostPathKey } from "./host-path.ts";
import { isUnreadable, lostCheckpoint, type MachineFile } from "./machine-files.ts";
import type { BackupSession } from "./ports.ts";

export interface StoreFilesOptions {
  readonly hostFiles: HostFiles;
  readonly session: BackupSession;
  /** The files of the machine's last restore point. */
  readonly previous: ReadonlyMap<string, StoredFile>;
  readonly events: EventSink;
  /** The step that progress belongs to; each file becomes a step below it. */
  readonly step: string;
  readonly signal?: AbortSignal | undefined;
}

/** Why all of a disk's file was read. */
export interface FullReadReason {
  readonly disk: string;
  readonly code: "first-backup" | "file-new" | "change-tracking-unused";
  readonly message: string;
}

export interface StoredFiles {
  readonly files: readonly StoredFile[];
  readonly fullReadReasons: readonly FullReadReason[];
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
  readonly counts: StoreCounts;
}

/** Reads the files one after the other into the vault; inside a file, the vault works in parallel. */
export async function storeFiles(
  files: readonly MachineFile[],
  options: StoreFilesOptions,
): Promise<StoredFiles> {
  const storing = new Storing(options);
  for (const [at, file] of files.entries()) {
    throwIfInterrupted(options.signal);
    await storing.storeAsStep(file, `${options.step}/${at + 1}`);
  }
  return storing;
}

class Storing implements StoredFiles {
  readonly #options: StoreFilesOptions;
  readonly #previous: ReadonlyMap<string, StoredFile>;
  readonly files: StoredFile[] = [];
  readonly fullReadReasons: FullReadReason[] = [];
  readonly uncovered: Uncovered[] = [];
  readonly warnings: Notice[] = [];
  counts: StoreCounts = { bytesRead: 0, bytesReadMetadata: 0, bytesNew: 0, bytesStored: 0 };
  #doneBytes = 0;
  /** Progress never steps back, not even when a file is read anew without its layout. */
  #shownBytes = 0;

  constructor(options: StoreFilesOptions) {
    this.#options = options;
    this.#previous = new Map([...options.previous.values()].map((file) => [hostPathKey(file.path), file]));
  }

  async storeAsStep(file: MachineFile, step: string): Promise<void> {
    const { events, step: parent } = this.#options;
    const totalBytes = file.before.sizeBytes;
    events({ type: "step-started", step, parent, name: "read-file", subject: file.path, totalBytes });
    try {
      await this.#store(file);
      events({ type: "step-ended", step, outcome: "done" });
    } catch (error) {
      if (file.onlyForCheckpoint === undefined || !isUnreadable(error)) {
        events({ type: "step-ended", step, outcome: "failed" });
        throw error;
      }
      const lost = lostCheckpoint(file.path, { checkpoint: file.onlyForCheckpoint, error });
      this.uncovered.push(lost.uncovered);
      this.#warn(lost.warning);
      events({ type: "step-ended", step, outcome: "skipped" });
    }
    this.#doneBytes += totalBytes;
    events({ type: "step-progress", step: parent, doneBytes: this.#doneBytes });
  }

  async #store(file: MachineFile): Promise<void> {
    await using source = await this.#options.hostFiles.open(file.path);
    if (source.sizeBytes !== file.before.sizeBytes) throw resized(file);
    const stored = await this.#storeSource(file, source);
    this.files.push({
      path: file.path,
      role: file.role,
      sizeBytes: source.sizeBytes,
      modified: file.before.modified.toString(),
      recipe: stored.recipe,
    });
    this.counts = sum(this.counts, stored.counts);
    if (file.role === "disk") this.fullReadReasons.push(this.#fullReadReason(file.path));
  }

  async #storeSource(file: MachineFile, source: ByteSource): Promise<StoredContent> {
    if (file.role !== "disk" || file.notUnderstood !== undefined) return await this.#storePlain(file, source);
    try {
      const disk = await openDiskFile(source, { path: file.path, signal: this.#options.signal });
      return await this.#storeAs(file, { source, layout: disk.layout() });
    } catch (error) {
      // a table can turn out wrong behind what was checked when the chain was followed
      const isEarlyEnd = error instanceof SourceEndedError;
      if (!isFormatError(error) && !isEarlyEnd) throw error;
      this.#warn(notUnderstoodNotice(file.path, error.message));
      return await this.#storePlain(file, source);
    }
  }

  async #storePlain(file: MachineFile, source: ByteSource): Promise<StoredContent> {
    const stored = await this.#storeAs(file, { source, layout: plainLayout(source.sizeBytes) });
    return file.role === "disk" || file.role === "memory" ? countedAsContent(stored) : stored;
  }

  async #storeAs(
    file: MachineFile,
    content: { readonly source: ByteSource; readonly layout: FileLayout },
  ): Promise<StoredContent> {
    const { session, events, step, signal } = this.#options;
    const previous = this.#previous.get(hostPathKey(file.path));
    const before = this.#doneBytes;
    try {
      return await session.storeFile(content.source, {
        layout: content.layout,
        ...(previous && { previous }),
        ...(signal && { signal }),
        onProgress: (doneBytes) => {
          this.#shownBytes = Math.max(this.#shownBytes, before + doneBytes);
          events({ type: "step-progress", step, doneBytes: this.#shownBytes });
        },
      });
    } catch (error) {
      if (error instanceof SourceEndedError && (await this.#hasShrunk(file))) throw resized(file, error);
      throw error;
    }
  }

  async #hasShrunk(file: MachineFile): Promise<boolean> {
    const now = await this.#options.hostFiles.stat(file.path);
    return now?.sizeBytes !== file.before.sizeBytes;
  }

  #fullReadReason(path: string): FullReadReason {
    if (this.#previous.size === 0) {
      const message = "the vault has no restore point of this machine yet";
      return { disk: path, code: "first-backup", message };
    }
    if (!this.#previous.has(hostPathKey(path))) {
      return { disk: path, code: "file-new", message: "the last restore point has no file of this path" };
    }
    const message = "this version reads every file whole and saves in storing only";
    return { disk: path, code: "change-tracking-unused", message };
  }

  #warn(notice: Notice): void {
    this.warnings.push(notice);
    this.#options.events({ type: "step-warning", step: this.#options.step, notice });
  }
}

function resized(file: MachineFile, cause?: unknown): FileChangedError {
  return new FileChangedError(
    `Cannot keep what was read of "${file.path}": it has not the ${file.before.sizeBytes} bytes any more that it had`,
    { path: file.path, cause },
  );
}

/** A machine's memory, and a disk that could not be understood, have no layout, and are no metadata for that. */
function countedAsContent(stored: StoredContent): StoredContent {
  const { bytesRead, bytesReadMetadata } = stored.counts;
  const counts = { ...stored.counts, bytesRead: bytesRead + bytesReadMetadata, bytesReadMetadata: 0 };
  return { ...stored, counts };
}

function sum(a: StoreCounts, b: StoreCounts): StoreCounts {
  return {
    bytesRead: a.bytesRead + b.bytesRead,
    bytesReadMetadata: a.bytesReadMetadata + b.bytesReadMetadata,
    bytesNew: a.bytesNew + b.bytesNew,
    bytesStored: a.bytesStored + b.bytesStored,
  };
}
