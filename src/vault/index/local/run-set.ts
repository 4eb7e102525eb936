import { hexFromBytes } from "../../../base/index.ts";
import { LocalIndexDamagedError } from "./errors.ts";
import type { Key } from "./keys.ts";
import type { RunFile, RunFrame, RunPack } from "./run-file.ts";
import type { RunSegment } from "./write-run.ts";

/** Bits of what is known of a pack. */
const NAMED = 1;
const GONE = 2;
const DOOMED = 4;

interface HeldRun {
  readonly file: RunFile;
  readonly firstPack: number;
  readonly firstFrame: number;
  readonly firstPlace: number;
  readonly segments: readonly RunSegment[];
  /** By pack. */
  readonly facts: Uint8Array;
  /** Segments that are gone. */
  readonly absent: Set<string>;
  isDamaged: boolean;
}

/** The runs of an open index, with numbers for packs and frames that never change while it is open. */
export class RunSet implements Disposable {
  readonly #runs: HeldRun[] = [];
  readonly #found: number[] = [];
  readonly #filterBytes: number;
  #filtersLoaded = 0;
  /** How many runs turned out to be damaged. */
  damagedRuns = 0;
  /** What was found out of the first of them. */
  damage: LocalIndexDamagedError | undefined;

  /** Filters take so much memory at most. */
  constructor(options: { readonly filterBytes: number }) {
    this.#filterBytes = options.filterBytes;
  }

  get size(): number {
    return this.#runs.length;
  }

  get files(): readonly RunFile[] {
    return this.#runs.map(({ file }) => file);
  }

  get chunkCount(): number {
    return this.#sum(({ file }) => file.chunkCount);
  }

  get packCount(): number {
    return this.#sum(({ file }) => file.packCount);
  }

  get frameCount(): number {
    return this.#sum(({ file }) => file.frameCount);
  }

  get places(): number {
    return this.#sum(({ file }) => file.places);
  }

  /** Takes the run over. Its numbers come behind those of the others. */
  add(file: RunFile): void {
    const segments = file.segments();
    const facts = new Uint8Array(file.packCount); // packs of no segment were known to the program that wrote them only
    for (const { firstPack, packCount } of segments) facts.fill(NAMED, firstPack, firstPack + packCount);
    this.#runs.push({
      file,
      firstPack: this.packCount,
      firstFrame: this.frameCount,
      firstPlace: this.places,
      segments,
      facts,
      absent: new Set(),
      isDamaged: false,
    });
    if (this.#filtersLoaded > 0) this.loadFilters();
  }

  /** The segments that sound runs hold, by their digests. */
  segments(): ReadonlySet<string> {
    const held = new Set<string>();
    for (const { segments, isDamaged } of this.#runs) {
      if (!isDamaged) for (const { digest } of segments) held.add(hexFromBytes(digest));
    }
    return held;
  }

  /** The segments that runs hold and that are not present, but for those that were not there before. */
  missing(present: ReadonlySet<string>): readonly string[] {
    return this.#runs.flatMap(({ segments, absent }) =>
      segments
        .map(({ digest }) => hexFromBytes(digest))
        .filter((name) => !present.has(name) && !absent.has(name)),
    );
  }

  /** What only segments said that are gone is not known any more; whether any went since this was asked the last time. */
  keepOnly(present: ReadonlySet<string>): boolean {
    let hasChanged = false;
    for (const { segments, facts, absent } of this.#runs) {
      for (const { digest, firstPack, packCount } of segments) {
        const name = hexFromBytes(digest);
        if (present.has(name) || absent.has(name)) continue;
        absent.add(name);
        hasChanged = true;
        for (let i = firstPack; i < firstPack + packCount; i++) facts[i] = (facts[i] as number) & ~NAMED;
      }
    }
    return hasChanged;
  }

  /** Reads as many filters as have room, those of small runs first: each saves a look-up a read. */
  loadFilters(): void {
    const wanted = this.#runs
      .filter(({ file, isDamaged }) => !file.hasFilter && !isDamaged)
      .sort((some, other) => some.file.filterBytes - other.file.filterBytes);
    for (const run of wanted) {
      if (this.#filtersLoaded + run.file.filterBytes > this.#filterBytes) continue;
      if (this.#trying(run, () => run.file.loadFilter())) this.#filtersLoaded += run.file.filterBytes;
    }
  }

  /** The frames of a chunk, and their places, behind each other; valid until the next look-up. */
  lookUp(key: Key): readonly number[] {
    const found = this.#found;
    found.length = 0;
    for (const run of this.#runs) {
      if (run.isDamaged) continue;
      const before = found.length;
      const isSound = this.#trying(run, () => {
        run.file.lookUp(key, found);
        for (let i = before; i < found.length; i += 2) run.file.frame(found[i] as number); // which is asked for next
      });
      if (!isSound) found.length = before;
      for (let i = before; i < found.length; i += 2) {
        found[i] = (found[i] as number) + run.firstFrame;
        found[i + 1] = (found[i + 1] as number) + run.firstPlace;
      }
    }
    return found;
  }

  /** @throws {LocalIndexDamagedError} */
  frame(number: number): RunFrame {
    const run = this.#runWith(number, "firstFrame");
    const frame = this.#reading(run, () => run.file.frame(number - run.firstFrame));
    return { ...frame, pack: run.firstPack + frame.pack };
  }

  /** @throws {LocalIndexDamagedError} */
  pack(number: number): RunPack {
    const run = this.#runWith(number, "firstPack");
    const pack = this.#reading(run, () => run.file.pack(number - run.firstPack));
    return { ...pack, firstFrame: run.firstFrame + pack.firstFrame };
  }

  /** The numbers of the packs of this name. */
  packsNamed(digest: Uint8Array): readonly number[] {
    return this.#fromAll(({ file }) => file.packsNamed(digest));
  }

  packsUnder(firstByte: number): readonly number[] {
    return this.#fromAll(({ file }) => file.packsUnder(firstByte));
  }

  isForgotten(pack: number): boolean {
    return this.#runWith(pack, "firstPack").isDamaged;
  }

  isThere(pack: number): boolean {
    return (this.#facts(pack) & (NAMED | GONE)) === NAMED;
  }

  /** Whether a segment that is there names it. */
  isNamed(pack: number): boolean {
    return (this.#facts(pack) & NAMED) !== 0;
  }

  isDoomed(pack: number): boolean {
    return (this.#facts(pack) & DOOMED) !== 0;
  }

  /** Whether it was otherwise before. */
  setThere(pack: number, isThere: boolean): boolean {
    const wasThere = (this.#facts(pack) & GONE) === 0;
    this.#setFact(pack, GONE, !isThere);
    return wasThere !== isThere;
  }

  /** This program has seen the pack itself. */
  name(pack: number): void {
    this.#setFact(pack, NAMED, true);
  }

  doom(pack: number): void {
    this.#setFact(pack, DOOMED, true);
  }

  [Symbol.dispose](): void {
    for (const { file } of this.#runs) file[Symbol.dispose]();
    this.#runs.length = 0;
  }

  /** Reads every page: runs that are damaged anywhere are known as such afterwards. */
  prove(): void {
    for (const run of this.#runs) if (!run.isDamaged) this.#trying(run, () => run.file.prove());
  }

  #trying(run: HeldRun, work: () => void): boolean {
    try {
      this.#reading(run, work);
      return true;
    } catch (error) {
      if (!(error instanceof LocalIndexDamagedError)) throw error;
      return false;
    }
  }

  /** A run that is not what was written is deleted, and found in no more; the numbers of its frames stay. */
  #reading<T>(run: HeldRun, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof LocalIndexDamagedError && !run.isDamaged) {
        run.isDamaged = true;
        this.damagedRuns++;
        this.damage ??= error;
        run.file.remove();
      }
      throw error;
    }
  }

  #fromAll(ask: (run: HeldRun) => readonly number[]): readonly number[] {
    const numbers: number[] = [];
    for (const run of this.#runs) {
      if (run.isDamaged) continue;
      this.#trying(run, () => {
        for (const number of ask(run)) numbers.push(run.firstPack + number);
      });
    }
    return numbers;
  }

  #facts(pack: number): number {
    const run = this.#runWith(pack, "firstPack");
    return run.facts[pack - run.firstPack] as number;
  }

  #setFact(pack: number, fact: number, isSo: boolean): void {
    const run = this.#runWith(pack, "firstPack");
    const at = pack - run.firstPack;
    const facts = run.facts[at] as number;
    run.facts[at] = isSo ? facts | fact : facts & ~fact;
  }

  #runWith(number: number, first: "firstPack" | "firstFrame"): HeldRun {
    for (let i = this.#runs.length - 1; i > 0; i--) {
      const run = this.#runs[i] as HeldRun;
      if (run[first] <= number) return run;
    }
    return this.#runs[0] as HeldRun;
  }

  #sum(of: (run: HeldRun) => number): number {
    return this.#runs.reduce((sum, run) => sum + of(run), 0);
  }
}
