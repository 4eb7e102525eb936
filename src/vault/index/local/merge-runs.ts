import { compareKeys, type Key } from "./keys.ts";
import { KeyRecord, PageHead } from "./layout.ts";
import { countOf } from "./page-writer.ts";
import type { RunFile } from "./run-file.ts";
import { readRecord } from "./sorted-writer.ts";
import { type AddKey, type RunContent, type RunPlace, type RunSegment, writeRun } from "./write-run.ts";

const TOLD_EVERY = 1 << 18;

/** A run that is merged, and which of its segments are still there. */
export interface MergeInput {
  readonly run: RunFile;
  readonly isThere: (segment: RunSegment) => boolean;
}

/** New numbers for the old ones of one run; -1 for what goes. */
interface Renumbering {
  readonly packs: Int32Array;
  readonly frame: (frame: number) => number;
  readonly segments: readonly RunSegment[];
  readonly keptFrames: (frame: number) => boolean;
}

/**
 * Makes one run of several, and leaves out what segments said that are gone. Everything is read and written in one sweep;
 * memory: three megabytes, one more a run, 4 bytes a pack, and two bits a frame where something goes.
 */
export function mergeRuns(
  inputs: readonly MergeInput[],
  place: RunPlace,
  onProgress?: (doneChunks: number) => void,
): void {
  let packs = 0;
  let frames = 0;
  const parts = inputs.map((input) => {
    const numbers = renumber(input, { packs, frames });
    packs += numbers.packCount;
    frames += numbers.frameCount;
    return { run: input.run, numbers: numbers.renumbering };
  });
  const content: RunContent = {
    chunkCount: inputs.reduce((sum, { run }) => sum + run.chunkCount, 0),
    packCount: packs,
    chunks: (add) => {
      const chunks = parts.map(({ run, numbers }) => ({
        pages: run.sortedPages("chunks"),
        renumber: numbers.frame,
      }));
      mergeSorted(
        chunks,
        told(add, (done) => onProgress?.(done)),
      );
    },
    names: (add) => {
      mergeSorted(
        parts.map(({ run, numbers }) => ({
          pages: run.sortedPages("names"),
          renumber: (pack) => numbers.packs[pack] as number,
        })),
        add,
      );
    },
    frames: (add) => {
      for (const { run, numbers } of parts) {
        run.forEachFrame((frame, number) => {
          if (numbers.keptFrames(number)) add({ ...frame, pack: numbers.packs[frame.pack] as number });
        });
      }
    },
    packs: (add) => {
      for (const { run, numbers } of parts) {
        run.forEachPack((pack, number) => {
          if (numbers.packs[number] !== -1)
            add({ ...pack, firstFrame: pack.frameCount === 0 ? 0 : numbers.frame(pack.firstFrame) });
        });
      }
    },
    segments: parts.flatMap(({ numbers }) => numbers.segments),
  };
  writeRun(content, place);
}

function renumber(
  { run, isThere }: MergeInput,
  before: { readonly packs: number; readonly frames: number },
): { readonly packCount: number; readonly frameCount: number; readonly renumbering: Renumbering } {
  const packs = new Int32Array(run.packCount).fill(-1);
  const stays = run.segments().filter(isThere);
  for (const { firstPack, packCount } of stays) packs.fill(0, firstPack, firstPack + packCount);
  let packCount = 0;
  for (let i = 0; i < packs.length; i++) if (packs[i] === 0) packs[i] = before.packs + packCount++;
  const segments = stays.map((segment) => ({
    ...segment,
    firstPack: segment.packCount === 0 ? 0 : (packs[segment.firstPack] as number),
  }));
  if (packCount === run.packCount) {
    const frame = (number: number): number => before.frames + number;
    const renumbering = { packs, segments, frame, keptFrames: () => true };
    return { packCount, frameCount: run.frameCount, renumbering };
  }
  const ranks = new Ranks(run.frameCount);
  run.forEachPack(({ firstFrame, frameCount }, number) => {
    if (packs[number] !== -1) for (let i = 0; i < frameCount; i++) ranks.set(firstFrame + i);
  });
  ranks.finish();
  const frame = (number: number): number => (ranks.has(number) ? before.frames + ranks.of(number) : -1);
  const keptFrames = (number: number): boolean => ranks.has(number);
  return { packCount, frameCount: ranks.total, renumbering: { packs, segments, frame, keptFrames } };
}

/** A set of numbers that knows how many are below each. */
class Ranks {
  readonly #bits: Uint32Array;
  readonly #before: Uint32Array;
  total = 0;

  constructor(size: number) {
    this.#bits = new Uint32Array(Math.ceil(size / 32));
    this.#before = new Uint32Array(this.#bits.length);
  }

  set(number: number): void {
    const word = number >>> 5;
    this.#bits[word] = (this.#bits[word] as number) | (1 << (number & 31));
  }

  finish(): void {
    for (let i = 0; i < this.#bits.length; i++) {
      this.#before[i] = this.total;
      this.total += ones(this.#bits[i] as number);
    }
  }

  has(number: number): boolean {
    return ((this.#bits[number >>> 5] as number) & (1 << (number & 31))) !== 0;
  }

  of(number: number): number {
    const word = number >>> 5;
    const below = (this.#bits[word] as number) & ((1 << (number & 31)) - 1);
    return (this.#before[word] as number) + ones(below);
  }
}

function ones(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** The same, and tells now and then how many there were. */
function told(add: AddKey, onProgress: (done: number) => void): AddKey {
  let done = 0;
  return (key, value) => {
    add(key, value);
    if (++done % TOLD_EVERY === 0) onProgress(done);
  };
}

interface SortedInput {
  readonly pages: Generator<DataView>;
  renumber(value: number): number;
}

/** One record after the other of a run's sorted section. */
class Cursor {
  readonly key: Key = { partition: 0, a: 0, b: 0, c: 0 };
  value = 0;
  readonly #input: SortedInput;
  #page: DataView | undefined;
  #count = 0;
  #at = 0;

  constructor(input: SortedInput) {
    this.#input = input;
  }

  /** False at the end. */
  advance(): boolean {
    for (;;) {
      while (this.#at === this.#count) {
        const next = this.#input.pages.next();
        if (next.done === true) return false;
        this.#page = next.value;
        this.#count = countOf(next.value);
        this.#at = 0;
      }
      const at = PageHead.sizeBytes + KeyRecord.sizeBytes * this.#at++;
      this.value = this.#input.renumber(readRecord(this.#page as DataView, at, this.key));
      if (this.value !== -1) return true;
    }
  }
}

/** Few runs are merged at once: the smallest is looked for among all. */
function mergeSorted(inputs: readonly SortedInput[], add: AddKey): void {
  let cursors = inputs.map((input) => new Cursor(input));
  cursors = cursors.filter((cursor) => cursor.advance());
  while (cursors.length > 0) {
    let least = cursors[0] as Cursor;
    for (const cursor of cursors) if (compareKeys(cursor.key, least.key) < 0) least = cursor;
    add(least.key, least.value);
    if (!least.advance()) cursors = cursors.filter((cursor) => cursor !== least);
  }
}
