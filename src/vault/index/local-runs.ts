import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Guid, guidToBytes, MIB, throwIfInterrupted } from "../../base/index.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import { chooseMerges, MOST_RUNS } from "./local/choose-merge.ts";
import { LocalIndexDamagedError } from "./local/errors.ts";
import { isOfSystem } from "./local/is-of-system.ts";
import { mergeGroup } from "./local/merge-group.ts";
import { type MergeOutcome, MergeThread } from "./local/merge-thread.ts";
import type { RunFile } from "./local/run-file.ts";
import { RunFolder } from "./local/run-folder.ts";
import { RunSet } from "./local/run-set.ts";
import { type Scratch, ScratchFile } from "./scratch/scratch-file.ts";
import { spillLevel } from "./spill-level.ts";

/** What an index takes in memory when nobody says otherwise. */
export const DEFAULT_INDEX_MEMORY: number = 512 * MIB;

export interface LocalIndexOptions {
  /** Where indexes that are larger than `memoryBytes` are kept, a folder a vault; safe to delete. Undefined: in memory, whatever they take. */
  readonly folder: string | undefined;
  /** What the index may take in memory. */
  readonly memoryBytes: number;
  /** More packs than these are not all listed whenever a session opens. @default 65,536 */
  readonly packsListed?: number | undefined;
  /** Larger merges are made beside whoever works with the vault, not before. @default 2^21: about a second */
  readonly mergedAtOnce?: number | undefined;
  /** Told while the index is read or merged before anything else can go on: that may take minutes. */
  readonly onProgress?: ((progress: IndexProgress) => void) | undefined;
}

interface MergeOptions {
  /** The runs beside those that are merged. */
  readonly others: readonly RunFile[];
  readonly present: ReadonlySet<string>;
}

/** How far the index of a vault is that is being opened. */
export interface IndexProgress {
  /** Segments are read from the vault, or runs are merged on the local disk. */
  readonly doing: "reading" | "merging";
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** In a segment a chunk takes 36 bytes and its part of a frame; in memory 21 and its part of a frame. */
const SEGMENT_BYTES_A_CHUNK = 37;
const MEMORY_BYTES_A_CHUNK = 24;
/** A smaller index is in memory whole; a larger one would have to be read from all of its segments whenever the vault is opened. */
const SHARE_IN_MEMORY = 1 / 64;
const FEWEST_IN_LEVEL = 256;
/** What is less is read from its segments again: cheaper than a run more. */
const WORTH_A_RUN = 65_536;
const SEGMENTS_WORTH_A_RUN = 64;
/** Chunks that are merged in about a second. */
const MERGED_AT_ONCE = 2 ** 21;
/** With more runs than these the merges come first, however large: those beside never came to their end. */
const RUNS_TO_WAIT_FOR = 3 * MOST_RUNS;
const BYTES_A_CHUNK = 17;
const GONE_FILE = "gone.json";

/** The index of one vault beyond what memory has room for: runs in a folder, and when they are written and merged. */
export class LocalRuns implements Disposable {
  readonly #folder: RunFolder;
  readonly #options: LocalIndexOptions;
  readonly #memoryBytes: number;
  #runs: RunSet | undefined;
  #canWrite = true;
  #beside: MergeThread | undefined;

  private constructor(folder: RunFolder, options: LocalIndexOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#memoryBytes = options.memoryBytes;
  }

  /** Undefined when the index has room in memory, or the folder cannot be used. */
  static openFor(segmentBytes: number, vault: Guid, options: LocalIndexOptions): LocalRuns | undefined {
    if (options.folder === undefined) return undefined;
    const chunks = segmentBytes / SEGMENT_BYTES_A_CHUNK;
    const isSmall = chunks * MEMORY_BYTES_A_CHUNK <= SHARE_IN_MEMORY * options.memoryBytes;
    if (options.memoryBytes > 0 && isSmall) return undefined;
    try {
      const folder = new RunFolder(join(options.folder, vault.toLowerCase()), guidToBytes(vault));
      return new LocalRuns(folder, options);
    } catch (error) {
      if (!isOfSystem(error)) throw error;
      return undefined;
    }
  }

  /**
   * The runs that there are, few and without much that is gone; the index begins anew with them. Gives the digests of packs that
   * were gone when somebody looked the last time.
   */
  async attach(
    index: ChunkIndex,
    present: ReadonlySet<string>,
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    const files = await this.#tidied(present, signal); // when it is interrupted, what was attached before stays
    this.#runs?.[Symbol.dispose]();
    const runs = new RunSet({ filterBytes: this.#memoryBytes / 2 });
    for (const file of files) runs.add(file);
    runs.keepOnly(present);
    this.#runs = runs;
    index.useRuns(runs);
    return this.#readGone();
  }

  /** Whether what was attached should be merged, before anybody has numbers of it. */
  isUntidy(present: ReadonlySet<string>): boolean {
    const files = this.#runs?.files ?? [];
    if (!this.#canWrite || files.length <= 2 * MOST_RUNS) return false;
    return this.#firstMerge(bySize(files), present) !== undefined;
  }

  /** Begins what is too large to wait for; the next program has the better of it. Nobody waits, and whoever closes the index ends it. */
  mergeBeside(present: ReadonlySet<string>): void {
    if (!this.#canWrite || this.#runs === undefined || this.#runs.damagedRuns > 0) return;
    const { files } = this.#runs;
    const [group] = chooseMerges(bySize(files), present);
    if (group === undefined) return;
    const others = files.filter((file) => !group.includes(file));
    try {
      if (!this.#folder.isMerging) this.#beside = this.#mergeThread(group, { others, present });
    } catch (error) {
      if (!isOfSystem(error)) throw error; // another time
    }
  }

  /** How the merge beside went, when there is one. */
  mergedBeside(): Promise<MergeOutcome> | undefined {
    return this.#beside?.outcome;
  }

  /** What is in memory becomes a run when it is too much, or with `worth` when it is worth one. */
  spill(index: ChunkIndex, when: "full" | "worth" | "now"): void {
    const { level } = index;
    const most = Math.max(FEWEST_IN_LEVEL, Math.floor(this.#memoryBytes / 4 / MEMORY_BYTES_A_CHUNK));
    const size = level.chunks.size + level.further.size;
    const isWorth = size >= Math.min(WORTH_A_RUN, most / 4) || level.segments.length >= SEGMENTS_WORTH_A_RUN;
    const isTime =
      when === "full" ? size >= most : when === "worth" ? isWorth && level.segments.length > 0 : true;
    if (!isTime || !this.#canWrite || level.packs.length === 0 || this.#runs === undefined) return;
    try {
      const path = spillLevel(level, this.#folder, this.#filterBytes(level.chunks.size, this.#runs.files));
      this.#runs.add(this.#folder.openRun(path));
      index.levelIsRun();
    } catch (error) {
      if (!isOfSystem(error) && !(error instanceof LocalIndexDamagedError)) throw error;
      this.#canWrite = false; // no room, or a disk that does not keep what is written: all of it is in memory still, and stays there
    }
  }

  /** For whoever marks chunks: in half of the memory, which a session has its filters in. */
  get scratch(): Scratch {
    return {
      memoryBytes: this.#memoryBytes / 2,
      open: () => new ScratchFile(this.#folder.newPlace(0).draft),
    };
  }

  /** Packs that were looked for and are gone, for the next time: not all are looked for each time. */
  noteGone(digests: readonly string[]): void {
    const { draft } = this.#folder.newPlace(0);
    try {
      writeFileSync(draft, JSON.stringify(digests));
      renameSync(draft, join(this.#folder.path, GONE_FILE));
    } catch (error) {
      if (!isOfSystem(error)) throw error;
      dropDraft(draft);
    }
  }

  [Symbol.dispose](): void {
    this.#beside?.[Symbol.dispose]();
    this.#runs?.[Symbol.dispose]();
  }

  #readGone(): readonly string[] {
    try {
      const read: unknown = JSON.parse(readFileSync(join(this.#folder.path, GONE_FILE), "utf8"));
      return Array.isArray(read) ? read.filter((each) => typeof each === "string") : [];
    } catch (error) {
      if (isOfSystem(error) || error instanceof SyntaxError) return [];
      throw error;
    }
  }

  async #tidied(present: ReadonlySet<string>, signal: AbortSignal | undefined): Promise<readonly RunFile[]> {
    const merged = new Set<string>();
    for (let canMerge = this.#canWrite; ; ) {
      const files = this.#folder.open();
      using opened = new DisposableStack();
      for (const file of files) opened.use(file);
      const group = canMerge ? this.#firstMerge(files, present) : undefined;
      // what could not be deleted when it was merged would be merged for ever
      if (group === undefined || group.some(({ path }) => merged.has(path))) {
        opened.move();
        return files;
      }
      for (const { path } of group) merged.add(path);
      const others = files.filter((file) => !group.includes(file));
      canMerge = (await this.#merge(group, { others, present, signal })) !== "failed";
    }
  }

  /** The runs that are merged before anybody works with them. */
  #firstMerge(files: readonly RunFile[], present: ReadonlySet<string>): readonly RunFile[] | undefined {
    for (const group of chooseMerges(files, present))
      if (this.#isSmall(group) || files.length > RUNS_TO_WAIT_FOR) return group;
    return undefined;
  }

  async #merge(
    group: readonly RunFile[],
    { others, present, signal }: MergeOptions & { readonly signal: AbortSignal | undefined },
  ): Promise<MergeOutcome> {
    if (this.#isSmall(group)) {
      const place = this.#folder.newPlace(this.#filterBytes(chunksOf(group), others));
      return mergeGroup(group, { present, place });
    }
    using merge = this.#mergeThread(group, { others, present });
    const tell = (doneChunks: number): void => {
      const [doneBytes, totalBytes] = [BYTES_A_CHUNK * doneChunks, BYTES_A_CHUNK * chunksOf(group)];
      this.#options.onProgress?.({ doing: "merging", doneBytes, totalBytes });
    };
    tell(0);
    const outcome = await merge.wait(signal, tell);
    throwIfInterrupted(signal);
    tell(chunksOf(group));
    return outcome;
  }

  #mergeThread(group: readonly RunFile[], { others, present }: MergeOptions): MergeThread {
    const place = this.#folder.newMergePlace(this.#filterBytes(chunksOf(group), others));
    return new MergeThread({ vault: place.vault, runs: group.map(({ path }) => path), present, place });
  }

  #isSmall(group: readonly RunFile[]): boolean {
    const { mergedAtOnce = MERGED_AT_ONCE } = this.#options;
    return chunksOf(group) <= mergedAtOnce;
  }

  /** Half of the memory is for filters; a run has its part of them by what it is of all. */
  #filterBytes(chunks: number, others: readonly RunFile[]): number {
    const taken = others.reduce((sum, { filterBytes }) => sum + filterBytes, 0);
    const room = this.#memoryBytes / 2;
    return Math.min(1.25 * chunks, Math.max(0, (7 / 8) * (room - taken)));
  }
}

function chunksOf(runs: readonly RunFile[]): number {
  return runs.reduce((sum, { chunkCount }) => sum + chunkCount, 0);
}

/** The largest first. */
function bySize(runs: readonly RunFile[]): readonly RunFile[] {
  return runs.toSorted((some, other) => other.chunkCount - some.chunkCount);
}

function dropDraft(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!isOfSystem(error)) throw error; // where nothing could be written there is nothing either
  }
}
