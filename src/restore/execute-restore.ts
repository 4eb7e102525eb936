import {
  type Entropy,
  type EventSink,
  forEachBounded,
  InterruptedError,
  throwIfInterrupted,
} from "../base/index.ts";
import { FilesOnce } from "./files-once.ts";
import type { PlannedFile, RestorePlan } from "./plan-restore.ts";
import type { RestoreTarget, RestoreVault } from "./ports.ts";
import { writeFile } from "./write-file.ts";

/** One file is made durable while the next is written; more would only compete for the same disk. */
const FILES_AT_ONCE = 2;

export interface ExecuteRestoreOptions {
  readonly vault: RestoreVault;
  readonly target: RestoreTarget;
  /** Replace what lies at the places of the files; without it nothing lies there. */
  readonly overwrite?: true | undefined;
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

export interface RestoredFile {
  /** Below the folder, with `/` between names. */
  readonly path: string;
  readonly bytes: number;
}

/** What became of a plan. */
export interface RestoredFiles {
  /** Whole and durable; of a plan that failed those that were so before. */
  readonly files: readonly RestoredFile[];
  /** Bytes that were really written: zeros that a file system can leave out are not. */
  readonly bytesWritten: number;
  /** What it failed with. */
  readonly error?: unknown;
}

/**
 * Writes the files of plans in their order, two at a time; inside a file, the vault works in parallel. Every chunk is
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
  readonly #once = new FilesOnce();
  readonly #taken: ReadonlySet<string>;
  #doneBytes = 0;

  constructor(due: readonly DuePlan[], options: ExecuteRestoreOptions) {
    this.#options = options;
    this.#taken = new Set(due.flatMap(({ plan }) => plan.files.map((file) => file.path)));
    this.#underway = due.map((one) => ({
      due: one,
      files: new Map(),
      bytesWritten: 0,
      doneBytes: 0,
      filesLeft: one.plan.files.length,
      error: undefined,
    }));
  }

  outcome(): readonly RestoredFiles[] {
    return this.#underway.map(({ due, files, bytesWritten, error }) => ({
      files: due.plan.files.flatMap((_, at) => files.get(at) ?? []),
      bytesWritten,
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
    try {
      const partial = partialName(path, this.#taken);
      const write = async (): Promise<number> =>
        await writeFile(file, { ...this.#options, partial, onProgress });
      const bytesWritten = await this.#once.write(path, write);
      underway.bytesWritten += bytesWritten;
    } catch (error) {
      events({ type: "step-ended", step, outcome: "failed" });
      throw error;
    }
    onProgress(totalBytes);
    events({ type: "step-ended", step, outcome: "done" });
    underway.files.set(at, { path, bytes: totalBytes });
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

/** A name beside the file that no other file of the plans has. */
function partialName(path: string, taken: ReadonlySet<string>): string {
  let name = `${path}.partial`;
  while (taken.has(name)) name += ".partial";
  return name;
}
