import { type EventSink, InterruptedError, type RestorePointId } from "../../base/index.ts";
import type {
  CopyOrigin,
  RestorePoint,
  RestorePointSummary,
  StoredContent,
  StoredFile,
  Vault,
} from "../../vault/index.ts";
import { CopySameVaultError, CopySourceDamagedError } from "../errors.ts";
import type { BackupSession, BackupVault } from "../ports.ts";
import { endOfRun, primaryError } from "../run-ending.ts";
import { runStep } from "../step.ts";
import type {
  CopiedPoint,
  CopyOutcome,
  FailedCopy,
  KnownCopy,
  PointFacts,
  SkippedPoint,
} from "./copy-outcome.ts";
import { draftOfCopy, originKey, originOf } from "./origin.ts";
import { ofSource, SourceFile } from "./source-file.ts";
import { countsOf, storeCopy } from "./store-copy.ts";

export interface CopyPointsOptions {
  readonly source: Pick<Vault, "facts" | "readPoint" | "openFile">;
  readonly target: Pick<BackupVault, "openSession"> & { readonly facts: Vault["facts"] };
  /** Of the source, oldest first. */
  readonly points: readonly RestorePointSummary[];
  /** What the target has, by `originKey()`. */
  readonly known: ReadonlyMap<string, KnownCopy>;
  /** Told of each copy when it is committed. */
  readonly onCopied?: ((origin: CopyOrigin, id: RestorePointId) => Promise<void>) | undefined;
  readonly events: EventSink;
  /** Id of the run; also the id of the root step of its events. */
  readonly run: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies restore points, one after the other, through an ordinary session of the target. One that fails never stops the
 * others, unless nothing can succeed any more; then the rest fail with the same error. What was stored of one that fails
 * is found again by its identity. @throws {CopySameVaultError}
 */
export async function copyPoints(options: CopyPointsOptions): Promise<CopyOutcome> {
  const { source, target, points, events, run } = options;
  if (source.facts.id === target.facts.id) {
    throw new CopySameVaultError(
      `Cannot copy to "${target.facts.location}": it is the vault that the restore points are in`,
    );
  }
  const facts = { events, step: run, name: "copy", subject: target.facts.location };
  return await runStep(facts, async () => {
    await using copying = new Copying(options);
    for (const [at, point] of points.entries()) await copying.take(point, `${run}/${at + 1}`);
    await copying.closeSession();
    return copying.outcome();
  });
}

class Copying implements AsyncDisposable {
  readonly #options: CopyPointsOptions;
  /** Grows with each copy: a restore point and its copy may both be in the source. */
  readonly #known: Map<string, KnownCopy>;
  readonly #copied: CopiedPoint[] = [];
  readonly #skipped: SkippedPoint[] = [];
  readonly #failed: FailedCopy[] = [];
  readonly #totalBytes: number;
  #doneBytes = 0;
  /** Progress never steps back, not even when a file is read anew without its layout. */
  #shownBytes = 0;
  /** None after a failure: what failed may have ended it. */
  #session: BackupSession | undefined;
  #endedBy: Error | undefined;

  constructor(options: CopyPointsOptions) {
    this.#options = options;
    this.#known = new Map(options.known);
    this.#totalBytes = options.points
      .filter((point) => !this.#known.has(this.#keyOf(point)))
      .reduce((sum, { bytes }) => sum + bytes, 0);
  }

  outcome(): CopyOutcome {
    const [copied, skipped, failed] = [this.#copied, this.#skipped, this.#failed];
    return { copied, skipped, failed, endedBy: this.#endedBy };
  }

  async take(summary: RestorePointSummary, step: string): Promise<void> {
    const { id, machine, time, bytes } = summary;
    const point: PointFacts = { id, machine, time, bytes };
    const known = this.#known.get(this.#keyOf(summary));
    if (known !== undefined) {
      this.#skipped.push({ point, ...known });
      return;
    }
    if (this.#options.signal?.aborted === true)
      this.#endedBy ??= new InterruptedError("Cannot go on: interrupted");
    if (this.#endedBy !== undefined) {
      this.#failed.push({ id, point, error: this.#endedBy });
      return;
    }
    await this.#takeAsStep(point, step);
    this.#doneBytes += bytes;
    this.#show(0);
  }

  async #takeAsStep(point: PointFacts, step: string): Promise<void> {
    const { events, run } = this.#options;
    const subject = `${point.machine.name}, ${point.time}`;
    events({ type: "step-started", step, parent: run, name: "copy-point", subject, totalBytes: point.bytes });
    this.#show(0);
    try {
      const isCopied = await this.#copy(point);
      events({ type: "step-ended", step, outcome: isCopied ? "done" : "skipped" });
    } catch (thrown) {
      const { error } = primaryError(thrown);
      const isGone = await this.#hasGone(point, error);
      events({ type: "step-ended", step, outcome: isGone ? "skipped" : "failed" });
      if (isGone) this.#skipped.push({ point, because: "gone" });
      else this.#failed.push({ id: point.id, point, error });
      this.#endedBy = endOfRun(thrown);
      await this.closeSession();
    }
  }

  /** What a prune took with a restore point while it was read is no damage. */
  async #hasGone(point: PointFacts, error: Error): Promise<boolean> {
    if (!(error instanceof CopySourceDamagedError)) return false;
    try {
      return (await this.#options.source.readPoint(point)) === undefined;
    } catch {
      return false; // the first error says it
    }
  }

  /** A session that does not close well hides no failure, and takes nothing back that was committed. */
  async closeSession(): Promise<void> {
    const { events, run } = this.#options;
    try {
      await this[Symbol.asyncDispose]();
    } catch (error) {
      events({ type: "step-note", step: run, message: primaryError(error).error.message });
    }
  }

  /** False when it is gone. */
  async #copy(facts: PointFacts): Promise<boolean> {
    const { source, target, signal, onCopied } = this.#options;
    const point = await this.#read(facts);
    if (point === undefined) {
      this.#skipped.push({ point: facts, because: "gone" });
      return false;
    }
    this.#session ??= await target.openSession({ signal });
    const files: StoredFile[] = [];
    const stored: StoredContent[] = [];
    let before = this.#doneBytes;
    for (const file of point.files) {
      await using content = await SourceFile.open(file, { vault: source, point });
      const onProgress = (done: number): void => this.#show(before + done - this.#doneBytes);
      const one = await storeCopy(content, file, { session: this.#session, signal, onProgress });
      const { storedBy: _theirs, ...kept } = file;
      files.push({ ...kept, sizeBytes: content.sizeBytes, recipe: one.recipe });
      stored.push(one);
      before += file.sizeBytes;
    }
    const counts = countsOf(stored);
    const draft = draftOfCopy(point, source.facts.id);
    const { id } = await this.#session.commit({ ...draft, files, counts });
    const origin = originOf(point, source.facts.id);
    this.#known.set(originKey(origin), { id, because: "there" });
    const { bytesNew, bytesStored } = counts;
    this.#copied.push({ point: facts, id, bytesNew, bytesStored });
    try {
      await onCopied?.(origin, id);
    } catch (error) {
      // it is copied all the same
      this.#options.events({
        type: "step-note",
        step: this.#options.run,
        message: primaryError(error).error.message,
      });
    }
    return true;
  }

  async #read(point: PointFacts): Promise<RestorePoint | undefined> {
    try {
      return await this.#options.source.readPoint(point);
    } catch (error) {
      throw ofSource(error, { point: point.id });
    }
  }

  #show(bytes: number): void {
    const { events, run } = this.#options;
    this.#shownBytes = Math.max(this.#shownBytes, Math.min(this.#doneBytes + bytes, this.#totalBytes));
    const totalBytes = this.#totalBytes;
    events({ type: "step-progress", step: run, doneBytes: this.#shownBytes, totalBytes });
  }

  #keyOf(point: RestorePointSummary): string {
    return originKey(originOf(point, this.#options.source.facts.id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.[Symbol.asyncDispose]();
  }
}
