import { damageIn } from "../errors.ts";

/** One object that is damaged or gone, and who needs it. */
export interface DamagedObject {
  readonly object: string;
  readonly what: string;
  /** Ids of the restore points that cannot be restored whole; at most a thousand. */
  readonly points: readonly string[];
  /** How many more there are. */
  readonly morePoints?: number;
  /** Their machines' names. */
  readonly machines: readonly string[];
}

interface Entry {
  readonly what: string;
  readonly points: string[];
  readonly machines: Set<string>;
  /** Who was blamed for it last: restore points come one after the other, each perhaps several times. */
  lastPoint: string | undefined;
  morePoints: number;
}

/** A vault of 100,000 restore points may lack a thousand packs, and all need all of them. */
const MOST_POINTS = 1000;

/** What verifying found so far. */
export class DamageLedger {
  readonly #entries = new Map<string, Entry>();

  note(object: string, what: string): void {
    if (!this.#entries.has(object)) {
      this.#entries.set(object, {
        what,
        points: [],
        machines: new Set(),
        lastPoint: undefined,
        morePoints: 0,
      });
    }
  }

  has(object: string): boolean {
    return this.#entries.has(object);
  }

  whatOf(object: string): string | undefined {
    return this.#entries.get(object)?.what;
  }

  /** A restore point needs an object that is damaged. One restore point after the other. */
  blame(object: string, point: { readonly id: string; readonly machine?: string }): void {
    this.note(object, "it is damaged");
    const entry = this.#entries.get(object);
    if (entry === undefined) return;
    if (point.machine !== undefined) entry.machines.add(point.machine);
    if (entry.lastPoint === point.id) return;
    entry.lastPoint = point.id;
    if (entry.points.length < MOST_POINTS) entry.points.push(point.id);
    else entry.morePoints++;
  }

  /** Runs a check; damage that it throws is noted, and its object given. */
  async catching(check: () => Promise<void>): Promise<string | undefined> {
    try {
      await check();
      return undefined;
    } catch (error) {
      const { object, what } = damageIn(error);
      this.note(object, what);
      return object;
    }
  }

  report(): readonly DamagedObject[] {
    return [...this.#entries]
      .map(([object, { what, points, machines, morePoints }]) => ({
        object,
        what,
        points: points.toSorted(),
        ...(morePoints > 0 && { morePoints }),
        machines: [...machines].sort(),
      }))
      .sort((a, b) => (a.object < b.object ? -1 : 1));
  }
}
