import type { UnreadRange } from "../vault/index.ts";

/** So many are gathered before neighbours are joined again. */
const LOOSE = 4096;

/** What could not be read of one file. Neighbours that one object should have given are one range, which says what is wrong with its first. */
export class UnreadRanges {
  #joined: UnreadRange[] = [];
  #loose: UnreadRange[] = [];

  /** In any order; no byte twice. */
  add(range: UnreadRange): void {
    this.#loose.push(range);
    if (this.#loose.length >= LOOSE + this.#joined.length) this.#join();
  }

  /** In file order. */
  ranges(): readonly UnreadRange[] {
    this.#join();
    return this.#joined;
  }

  /** Takes turns with longer pauses the more there are: all of it costs n log n. */
  #join(): void {
    const sorted = [...this.#joined, ...this.#loose].sort((a, b) => a.offset - b.offset);
    this.#loose = [];
    this.#joined = [];
    for (const range of sorted) {
      const last = this.#joined.at(-1);
      if (last !== undefined && isContinued(last, range))
        this.#joined[this.#joined.length - 1] = { ...last, length: last.length + range.length };
      else this.#joined.push(range);
    }
  }
}

function isContinued(last: UnreadRange, next: UnreadRange): boolean {
  return last.offset + last.length === next.offset && last.object === next.object;
}
