import { damageIn } from "../errors.ts";

/** One object that is damaged or gone, and who needs it. */
export interface DamagedObject {
  readonly object: string;
  readonly what: string;
  /** Ids of the restore points that cannot be restored whole. */
  readonly points: readonly string[];
  /** Their machines' names. */
  readonly machines: readonly string[];
}

interface Entry {
  readonly what: string;
  readonly points: Set<string>;
  readonly machines: Set<string>;
}

/** What verifying found so far. */
export class DamageLedger {
  readonly #entries = new Map<string, Entry>();

  note(object: string, what: string): void {
    if (!this.#entries.has(object)) {
      this.#entries.set(object, { what, points: new Set(), machines: new Set() });
    }
  }

  has(object: string): boolean {
    return this.#entries.has(object);
  }

  whatOf(object: string): string | undefined {
    return this.#entries.get(object)?.what;
  }

  /** A restore point needs an object that is damaged. */
  blame(object: string, point: { readonly id: string; readonly machine?: string }): void {
    this.note(object, "it is damaged");
    const entry = this.#entries.get(object);
    entry?.points.add(point.id);
    if (point.machine !== undefined) entry?.machines.add(point.machine);
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
      .map(([object, { what, points, machines }]) => ({
        object,
        what,
        points: [...points].sort(),
        machines: [...machines].sort(),
      }))
      .sort((a, b) => (a.object < b.object ? -1 : 1));
  }
}
