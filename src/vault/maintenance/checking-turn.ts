import type { CheckedObjects } from "./checked-objects.ts";

export interface CheckingTurnOptions {
  /** Share of the bytes that is read: 100 is everything. */
  readonly percent: number;
  readonly checked: CheckedObjects;
  /** Do not go on with a reading of everything that was interrupted. */
  readonly fromStart?: true | undefined;
  /** Now, in ms since 1970: what claims to have been checked later was not. */
  readonly now: number;
}

/** Older than this, what an interrupted reading found is no news. */
const PASS_LASTS_MS = 30 * 24 * 3_600_000;
const NEVER = 0;

/**
 * What is read this time: a share of the bytes, the longest unchecked first; or everything, less what a reading of
 * everything that was interrupted has read. Takes some 50 bytes an object while it is planned.
 */
export class CheckingTurn {
  readonly #options: CheckingTurnOptions;
  readonly #ages: { readonly last: number; readonly bytes: number }[] = [];
  readonly #since: number | undefined;
  #before = Number.POSITIVE_INFINITY;
  #bytesAtCut = Number.POSITIVE_INFINITY;

  constructor(options: CheckingTurnOptions) {
    this.#options = options;
    const { percent, checked, fromStart, now } = options;
    const began = checked.passBegan;
    const goesOn = percent >= 100 && fromStart !== true && began !== undefined;
    this.#since = goesOn && began <= now && now - began < PASS_LASTS_MS ? began : undefined;
  }

  /** When the interrupted reading began that this one goes on with. */
  get goesOnSince(): number | undefined {
    return this.#since;
  }

  async begin(): Promise<void> {
    const { percent, checked, now } = this.#options;
    if (percent >= 100 && this.#since === undefined) await checked.beginPass(now);
  }

  async end(): Promise<void> {
    if (this.#options.percent >= 100) await this.#options.checked.endPass();
  }

  /** When it was last checked; 0 is never. */
  ageOf(object: string): number {
    const last = this.#options.checked.lastChecked(object) ?? NEVER;
    return last > this.#options.now ? NEVER : last;
  }

  /** Every object, before the first is chosen. */
  add(object: string, bytes: number): void {
    this.#ages.push({ last: this.ageOf(object), bytes });
  }

  /** All were added. Gives how many bytes will be read. */
  plan(): number {
    const { percent } = this.#options;
    const since = this.#since;
    if (percent >= 100) {
      const open = this.#ages.filter(({ last }) => since === undefined || last < since);
      return sum(open.splice(0));
    }
    const budget = (percent / 100) * sum(this.#ages);
    let taken = 0;
    for (const { last, bytes } of this.#ages.sort((a, b) => a.last - b.last)) {
      if (taken >= budget) break;
      if (last !== this.#before) {
        this.#before = last;
        this.#bytesAtCut = 0;
      }
      this.#bytesAtCut += bytes;
      taken += bytes;
    }
    this.#ages.length = 0;
    return taken;
  }

  /** Whether the object is read this time. Asked once for each, in any order. */
  takes(object: string, bytes: number): boolean {
    const last = this.ageOf(object);
    if (this.#options.percent >= 100) return this.#since === undefined || last < this.#since;
    if (last !== this.#before) return last < this.#before;
    if (this.#bytesAtCut <= 0) return false;
    this.#bytesAtCut -= bytes;
    return true;
  }
}

function sum(ages: readonly { readonly bytes: number }[]): number {
  return ages.reduce((all, { bytes }) => all + bytes, 0);
}
