import { hexFromBytes } from "../../../base/index.ts";
import { MOST_IN_RUN } from "./layout.ts";
import type { RunSegment } from "./write-run.ts";

/** Each look-up may ask each run: more are merged. */
export const MOST_RUNS = 8;
const MERGED_AT_ONCE = 16;
const GROWTH = 4;

/** A merge tells packs from none by their sign. */
const MOST_PACKS_IN_RUN = 2 ** 31 - 1;

/** What is asked of a run to decide whether it is merged. */
export interface MergeableRun {
  readonly chunkCount: number;
  readonly frameCount: number;
  readonly packCount: number;
  segments(): readonly RunSegment[];
}

/**
 * Groups of runs that should become one each, in the order in which that is worth it: each run of which most is gone, alone; and where there
 * are many, those of like sizes, the smallest first. The runs come as a folder gives them, the largest first.
 */
export function* chooseMerges<T extends MergeableRun>(
  runs: readonly T[],
  present: ReadonlySet<string>,
): Generator<readonly T[]> {
  for (const run of runs) if (isStale(run, present)) yield [run];
  if (runs.length <= MOST_RUNS) return;
  const group: T[] = [];
  let chunks = 0;
  for (const run of runs.toReversed()) {
    const isLike = group.length < 2 || run.chunkCount <= GROWTH * chunks;
    if (!isLike || group.length === MERGED_AT_ONCE || !fitInOne([...group, run])) break;
    group.push(run);
    chunks += run.chunkCount;
  }
  if (group.length > 1) yield group;
}

function isStale(run: MergeableRun, present: ReadonlySet<string>): boolean {
  const segments = run.segments();
  return 2 * segments.filter(({ digest }) => present.has(hexFromBytes(digest))).length < segments.length;
}

function fitInOne(runs: readonly MergeableRun[]): boolean {
  const sum = (of: (run: MergeableRun) => number): number => runs.reduce((all, run) => all + of(run), 0);
  return (
    sum(({ chunkCount }) => chunkCount) <= MOST_IN_RUN &&
    sum(({ frameCount }) => frameCount) <= MOST_IN_RUN &&
    sum(({ packCount }) => packCount) <= MOST_PACKS_IN_RUN
  );
}
