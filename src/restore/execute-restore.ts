import {
  type Entropy,
  type EventSink,
  forEachBounded,
  InterruptedError,
  type Notice,
  throwIfInterrupted,
} from "../base/index.ts";
import type { UnreadRange } from "../vault/index.ts";
import { FilesOnce } from "./files-once.ts";
import { NamesBeside } from "./names-beside.ts";
import type { PlannedFile, RestorePlan } from "./plan-restore.ts";
import type { RestoreTarget, RestoreVault } from "./ports.ts";
import type { SalvagedFile } from "./salvage-report.ts";
import type { Naming } from "./target-name.ts";
import { type WrittenFile, writeFile } from "./write-file.ts";

/** One file is made durable while others are written, of which some file systems let one thread write at a time; more would only compete for the disk. */
const FILES_AT_ONCE = 3;

export interface ExecuteRestoreOptions {
  readonly vault: RestoreVault;
  readonly target: RestoreTarget;
  /** The rules of the machine that this runs on. */
  readonly naming: Naming;
  /** Replace what lies at the places of the files; without it nothing lies there. */
  readonly overwrite?: true | undefined;
  /** Of damaged files, write what can be read. */
  readonly salvage?: true | undefined;
  /** Told of every stretch that could not be read, file by file, in file order. */
  readonly onUnread?: ((range: UnreadFileRange) => void) | undefined;
  /** For the new write identity of a file whose parent locator is rewritten. */
  readonly entropy: Entropy;
  readonly events: EventSink;
  /** Told how much of all plans together is done; never goes back. */
  readonly onProgress: (doneBytes: number) => void;
  /** Checked between pieces of a file; the files that are being written are removed. */
  readonly signal?: AbortSignal | undefined;
}

/** A plan that is due, and who hears of it. */
export interface DuePlan {
  readonly plan: RestorePlan;
  /** Each file becomes a step below it. */
  readonly step: string;
  /** Called before its first file. */
  readonly onBegin?: (() => void) | undefined;
  /** Called behind its last file, or behind what was running when one failed. */
  readonly onEnd?: ((outcome: "done" | "failed") => void) | undefined;
}

/** A stretch of a restored file that is zeros because nobody could read it. */
export interface UnreadFileRange extends UnreadRange {
  readonly plan: RestorePlan;
  /** Below the folder, with `/` between names. */
  readonly file: string;
}

export interface RestoredFile {
  /** Below the folder, with `/` between names. */
  readonly path: string;
  readonly bytes: number;
  /** Of a file that is not whole. */
  readonly salvaged?: SalvagedFile | undefined;
}

/** What became of a plan. */
export interface RestoredFiles {
  /** Durable, and whole where nothing else is said; of a plan that failed those that were so before. */
  readonly files: readonly RestoredFile[];
  /** Bytes that were really written: zeros that a file system can leave out are not. */
  readonly bytesWritten: number;
  /** Paths of the differencing disks whose parent locator was rewritten. */
  readonly rewritten: readonly string[];
  readonly warnings: readonly Notice[];
  /** What it failed with. */
  readonly error?: unknown;
}

/**
 * Writes the files of plans in their order, three at a time; inside a file, the vault works in parallel. Every chunk is
 * authenticated, and a file gets its name only when all of it is there and durable: until then it ends in `.partial`. A file
 * that fails ends its plan, not the others; an interruption ends them all. Gives what became of each plan.
 */
export async function executeRestore(
  due: readonly DuePlan[],
  options: ExecuteRestoreOptions,
): Promise<readonly RestoredFiles[]> {
  const executing = new Executing(due, options);
  await forEachBounded(executing.files(), async (work) => await executing.write(work), {
    limit: FILES_AT_ONCE,
  });
  return executing.outcome();
}

/** A plan under way. */
interface Underway {
  readonly due: DuePlan;
  readonly files: Map<number, RestoredFile>;
  readonly rewritten: string[];
  readonly warnings: Notice[];
  bytesWritten: number;
  /** Of its bytes. */
  doneBytes: number;
  filesLeft: number;
  error: unknown;
}

interface FileWork {
  readonly underway: Underway;
  readonly file: PlannedFile;
  /** Its place in its plan. */
  readonly at: number;
}

class Executing {
  readonly #options: ExecuteRestoreOptions;
  readonly #underway: readonly Underway[];
  readonly #once = new FilesOnce<WrittenFile>();
  readonly #beside: NamesBeside;
  #doneBytes = 0;

  constructor(due: readonly DuePlan[], options: ExecuteRestoreOptions) {
    this.#options = options;
    const paths = due.flatMap(({ plan }) => plan.files.map((file) => file.path));
    this.#beside = new NamesBeside(paths, options.naming);
    this.#underway = due.map((one) => ({
      due: one,
      files: new Map(),
      rewritten: [],
      warnings: [],
      bytesWritten: 0,
      doneBytes: 0,
      filesLeft: one.plan.files.length,
      error: undefined,
    }));
  }

  outcome(): readonly RestoredFiles[] {
    return this.#underway.map(({ due, files, bytesWritten, rewritten, warnings, error }) => ({
      files: due.plan.files.flatMap((_, at) => files.get(at) ?? []),
      bytesWritten,
      rewritten,
      warnings,
      ...(error !== undefined && { error }),
    }));
  }

  /** What is to be written still; of a plan that failed nothing more. */
  *files(): Generator<FileWork> {
    for (const underway of this.#underway) {
      if (this.#options.signal?.aborted === true)
        underway.error ??= new InterruptedError("Cannot go on: interrupted");
      if (underway.error !== undefined) continue;
      underway.due.onBegin?.();
      for (const [at, file] of underway.due.plan.files.entries()) yield { underway, file, at };
      if (underway.filesLeft === 0 && underway.due.plan.files.length === 0) this.#end(underway);
    }
  }

  async write(work: FileWork): Promise<void> {
    const { underway } = work;
    if (underway.error === undefined) {
      try {
        await this.#writeAsStep(work);
      } catch (error) {
        if (underway.error === undefined || error instanceof InterruptedError) underway.error = error;
      }
    }
    underway.filesLeft--;
    if (underway.filesLeft === 0) this.#end(underway);
  }

  async #writeAsStep({ underway, file, at }: FileWork): Promise<void> {
    const { events, signal } = this.#options;
    throwIfInterrupted(signal);
    const parent = underway.due.step;
    const step = `${parent}/${at + 1}`;
    const { path, stored } = file;
    const totalBytes = stored.sizeBytes;
    events({ type: "step-started", step, parent, name: "write-file", subject: path, totalBytes });
    const before = { doneBytes: 0 };
    const onProgress = (doneBytes: number): void => {
      this.#count(underway, doneBytes - before.doneBytes);
      before.doneBytes = doneBytes;
    };
    let written: WrittenFile;
    try {
      written = await this.#writeOnce({ underway, file, at }, onProgress);
    } catch (error) {
      events({ type: "step-ended", step, outcome: "failed" });
      throw error;
    }
    onProgress(totalBytes);
    for (const notice of written.warnings) events({ type: "step-warning", step, notice });
    events({ type: "step-ended", step, outcome: "done" });
    const { bytesWritten, salvaged, warnings } = written;
    underway.bytesWritten += bytesWritten;
    underway.warnings.push(...warnings);
    if (written.isRewritten) underway.rewritten.push(path);
    underway.files.set(at, { path, bytes: totalBytes, ...(salvaged && { salvaged }) });
  }

  /** A file that another plan has written has cost nothing here, and is as whole as there. */
  async #writeOnce(
    { underway, file }: FileWork,
    onProgress: (doneBytes: number) => void,
  ): Promise<WrittenFile> {
    const { plan } = underway.due;
    const { path } = file;
    const partial = this.#beside.partialOf(path);
    const report = this.#beside.reportOf(path);
    const write = async (): Promise<WrittenFile> =>
      await writeFile(file, { ...this.#options, plan, partial, report, onProgress });
    const { value, isFirst } = await this.#once.write(path, write);
    if (!isFirst) return { ...value, bytesWritten: 0 };
    for (const range of value.unread) this.#options.onUnread?.({ ...range, plan, file: path });
    return value;
  }

  #end(underway: Underway): void {
    this.#count(underway, underway.due.plan.totalBytes - underway.doneBytes); // what failed is over too
    underway.due.onEnd?.(underway.error === undefined ? "done" : "failed");
  }

  #count(underway: Underway, bytes: number): void {
    underway.doneBytes += bytes;
    this.#doneBytes += bytes;
    this.#options.onProgress(this.#doneBytes);
  }
}
