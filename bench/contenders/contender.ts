import type { Cost } from "../measure.ts";

/** The days of a workload, in order. */
export const DAYS = ["day1", "day2", "day3"] as const;
export type Day = (typeof DAYS)[number];

/** A backup program on its way through three days, with a repository of its own below the scratch folder. */
export interface Contender {
  readonly name: string;
  /** What is said of its settings in the table's head. */
  readonly settings: string;
  /** Undefined where it is not installed. */
  version(): string | undefined;
  setUp(scratch: string): void;
  /** Reads everything below `source` and keeps it. */
  backUp(day: Day, source: string, scratch: string): Cost;
  /** Reads, opens and checks everything that is kept. */
  verify(scratch: string): Cost & { readonly chunks?: number };
  /** Writes the last day into `out`, which is empty, exactly as it was. */
  restore(source: string, out: string, scratch: string): Cost;
  storedBytes(scratch: string): number;
}
