import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a process took. */
export interface Cost {
  readonly openSeconds?: number;
  readonly seconds: number;
  readonly rssMiB: number;
  /** The day on which it was measured, where that is not the day of its row. */
  readonly on?: string;
}

/** A vault whose index names so much. */
export interface Measured {
  readonly gibibytes: number;
  readonly chunks: number;
  /** The day on which it was measured. */
  readonly on: string;
  /** Where its index is. */
  readonly kept: "in memory" | "in runs";
  /** The opening that reads all segments and makes the run. */
  readonly first?: Cost | undefined;
  readonly session: Cost;
  /** What the smallest vault's session took in the same round: figures of other rounds have another program below them. */
  readonly smallestMiB: number;
  readonly backup: Cost;
  readonly plan: Cost;
  /** What a prune does to decide, where all chunks are needed; undefined where it was left out. */
  readonly marks?: Cost | undefined;
  /** What a repair does to find that nothing is damaged; undefined where packs and segments cannot be read. */
  readonly repair?: Cost | undefined;
  readonly lookUp?: { readonly knownMicroseconds: number; readonly newMicroseconds: number } | undefined;
}

/** A vault of many restore points. */
export interface PointsMeasured {
  readonly count: number;
  readonly on: string;
  readonly session: Cost;
  readonly latest: Cost;
  readonly previous: Cost;
  readonly machine: Cost;
}

/** All that docs/growth.md is made of. */
export interface AllMeasured {
  readonly machine: string;
  readonly sizes: readonly Measured[];
  readonly points: PointsMeasured;
}

const FILE = join(import.meta.dirname, "measured.json");

/** What was measured before; it stays until it is measured again. */
export function readMeasured(): AllMeasured {
  return JSON.parse(readFileSync(FILE, "utf8")) as AllMeasured;
}

export function writeMeasured(measured: AllMeasured): void {
  writeFileSync(FILE, `${JSON.stringify(measured, undefined, 2)}\n`);
}

/** The rows of both, each size once: what is new replaces what was, and what was left out now is kept with its day. */
export function mergeMeasured(before: readonly Measured[], now: readonly Measured[]): readonly Measured[] {
  const rows = new Map(before.map((row) => [row.gibibytes, row]));
  for (const row of now) {
    const old = rows.get(row.gibibytes);
    rows.set(row.gibibytes, { ...row, marks: row.marks ?? (old && dated(old.marks, old.on)) });
  }
  return [...rows.values()].sort((some, other) => some.gibibytes - other.gibibytes);
}

function dated(cost: Cost | undefined, on: string): Cost | undefined {
  return cost === undefined ? undefined : { ...cost, on: cost.on ?? on };
}
