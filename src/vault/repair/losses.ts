import type { RestorePointId } from "../../base/index.ts";
import type { FileRole } from "../restore-points/restore-point.ts";

/** A stretch of a file that cannot be read any more. */
export interface LostRange {
  readonly offset: number;
  readonly length: number;
  /** The machine's newest restore point needs the same bytes: the next backup stores them again if the disk still has them. */
  readonly mayHeal: boolean;
}

export interface LostFile {
  readonly path: string;
  /** What the file is to the machine. */
  readonly role: FileRole;
  /** Where the disk is plugged in whose newest file this is. */
  readonly disk?: { readonly controller: string; readonly number: number; readonly location: number };
  readonly lostBytes: number;
  readonly mayHealBytes: number;
  /** In file order; at most a hundred. */
  readonly ranges: readonly LostRange[];
  readonly rangeCount: number;
}

/** A restore point that cannot be restored whole. */
export interface LostPoint {
  readonly id: RestorePointId;
  readonly time: string;
  /** Of one that cannot be read itself, what its receipt says; undefined when there is none. */
  readonly machine?: { readonly id: string; readonly name: string } | undefined;
  /** The restore point itself cannot be read: all of it is lost, and how much that is cannot be told. */
  readonly isUnreadable?: true;
  readonly isInTrash: boolean;
  readonly files: readonly LostFile[];
  readonly lostBytes: number;
  readonly mayHealBytes: number;
  /** What it lacks was never in the index, and the index is whole: rather a prune took it, while a session that had died was being ended. */
  readonly wasPerhapsNeverPromised?: true;
}

const MOST_RANGES = 100;

/** Gathers the ranges of one file: neighbours become one. */
export class LostRanges {
  readonly #ranges: LostRange[] = [];
  #last: LostRange | undefined;
  #count = 0;
  #lostBytes = 0;
  #mayHealBytes = 0;

  add(range: LostRange): void {
    this.#lostBytes += range.length;
    if (range.mayHeal) this.#mayHealBytes += range.length;
    const last = this.#last;
    const follows = last?.mayHeal === range.mayHeal && last.offset + last.length === range.offset;
    if (follows && last !== undefined) {
      const longer = { ...last, length: last.length + range.length };
      if (this.#ranges.at(-1) === last) this.#ranges[this.#ranges.length - 1] = longer;
      this.#last = longer;
      return;
    }
    this.#last = range;
    this.#count++;
    if (this.#ranges.length < MOST_RANGES) this.#ranges.push(range);
  }

  of(file: Pick<LostFile, "path" | "role" | "disk">): LostFile | undefined {
    if (this.#count === 0) return undefined;
    return {
      ...file,
      lostBytes: this.#lostBytes,
      mayHealBytes: this.#mayHealBytes,
      ranges: this.#ranges,
      rangeCount: this.#count,
    };
  }
}
