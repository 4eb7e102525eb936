import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Guid, guidToBytes, hexFromBytes, MIB } from "../../base/index.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import { LocalIndexDamagedError } from "./local/errors.ts";
import { mergeRuns } from "./local/merge-runs.ts";
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
/** Each look-up may ask each run: more are merged. */
const MOST_RUNS = 8;
const MERGED_AT_ONCE = 16;
const GROWTH = 4;
const GONE_FILE = "gone.json";

/** The index of one vault beyond what memory has room for: runs in a folder, and when they are written and merged. */
export class LocalRuns implements Disposable {
  readonly #folder: RunFolder;
  readonly #memoryBytes: number;
  #runs: RunSet | undefined;
  #canWrite = true;

  private constructor(folder: RunFolder, memoryBytes: number) {
    this.#folder = folder;
    this.#memoryBytes = memoryBytes;
  }

  /** Undefined when the index has room in memory, or the folder cannot be used. */
  static openFor(segmentBytes: number, vault: Guid, options: LocalIndexOptions): LocalRuns | undefined {
    if (options.folder === undefined) return undefined;
    const chunks = segmentBytes / SEGMENT_BYTES_A_CHUNK;
    const isSmall = chunks * MEMORY_BYTES_A_CHUNK <= SHARE_IN_MEMORY * options.memoryBytes;
    if (options.memoryBytes > 0 && isSmall) return undefined;
    try {
      const folder = new RunFolder(join(options.folder, vault.toLowerCase()), guidToBytes(vault));
      return new LocalRuns(folder, options.memoryBytes);
    } catch (error) {
      if (!isOfSystem(error)) throw error;
      return undefined;
    }
  }

  /**
   * The runs that there are, few and without much that is gone; the index begins anew with them. Gives the digests of packs that
   * were gone when somebody looked the last time.
   */
  attach(index: ChunkIndex, present: ReadonlySet<string>): readonly string[] {
    this.#runs?.[Symbol.dispose]();
    const runs = new RunSet({ filterBytes: this.#memoryBytes / 2 });
    for (const file of this.#tidied(present)) runs.add(file);
    runs.keepOnly(present);
    this.#runs = runs;
    index.useRuns(runs);
    return this.#readGone();
  }

  /** Whether what was attached should be merged, before anybody has numbers of it. */
  get isUntidy(): boolean {
    return this.#canWrite && (this.#runs?.size ?? 0) > 2 * MOST_RUNS;
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
      const path = spillLevel(level, this.#folder, this.#filterBytes(level.chunks.size));
      this.#runs.add(this.#folder.openRun(path));
      index.levelIsRun();
    } catch (error) {
      if (!isOfSystem(error)) throw error;
      this.#canWrite = false; // no room: what comes stays in memory
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

  #tidied(present: ReadonlySet<string>): readonly RunFile[] {
    for (;;) {
      const files = this.#folder.open();
      const group = this.#canWrite ? groupToMerge(files, present) : [];
      if (group.length === 0) return files;
      const isMerged = this.#merge(group, present);
      for (const file of files) file[Symbol.dispose]();
      if (!isMerged) this.#canWrite = false;
    }
  }

  /** The new run is whole before the old ones are deleted; of both, the larger one counts. */
  #merge(group: readonly RunFile[], present: ReadonlySet<string>): boolean {
    const isThere = ({ digest }: { readonly digest: Uint8Array }): boolean =>
      present.has(hexFromBytes(digest));
    const chunks = group.reduce((sum, { chunkCount }) => sum + chunkCount, 0);
    try {
      mergeRuns(
        group.map((run) => ({ run, isThere })),
        this.#folder.newPlace(this.#filterBytes(chunks)),
      );
    } catch (error) {
      if (error instanceof LocalIndexDamagedError) {
        group.find(({ path }) => path === error.path)?.remove();
        return true; // begins again without it
      }
      if (!isOfSystem(error)) throw error;
      return false;
    }
    for (const run of group) run.remove();
    return true;
  }

  /** Half of the memory is for filters; a run has its part of them by what it is of all. */
  #filterBytes(chunks: number): number {
    const others = this.#runs?.files.reduce((sum, { filterBytes }) => sum + filterBytes, 0) ?? 0;
    const room = this.#memoryBytes / 2;
    return Math.min(1.25 * chunks, Math.max(0, (7 / 8) * (room - others)));
  }
}

/** Runs of like sizes are merged, the smallest first; and any of which most is gone. */
function groupToMerge(files: readonly RunFile[], present: ReadonlySet<string>): readonly RunFile[] {
  const stale = files.find((file) => {
    const segments = file.segments();
    return 2 * segments.filter(({ digest }) => present.has(hexFromBytes(digest))).length < segments.length;
  });
  if (stale !== undefined) return [stale];
  if (files.length <= MOST_RUNS) return [];
  const group: RunFile[] = [];
  let chunks = 0;
  for (const file of files.toReversed()) {
    const isLike = group.length < 2 || file.chunkCount <= GROWTH * chunks;
    if (!isLike || group.length === MERGED_AT_ONCE) break;
    group.push(file);
    chunks += file.chunkCount;
  }
  return group;
}

function dropDraft(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!isOfSystem(error)) throw error; // where nothing could be written there is nothing either
  }
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "code" in error && "syscall" in error;
}
