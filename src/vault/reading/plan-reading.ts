import { MIB } from "../../base/index.ts";
import type { FrameLocation } from "../index/chunk-index.ts";
import { RUN_FRAMES } from "../pipeline/engine.ts";
import type { Reference } from "../recipes/recipe-node.ts";

/** How much of a file is planned at once. Only places are held, not bytes. */
export const WINDOW_BYTES = 64 * MIB;
const RUN_BYTES = 2 * MIB;
/** Reading this much for nothing is cheaper than reading twice. */
const GAP_BYTES = 64 * 1024;

/** A chunk of the file. */
export interface WantedChunk {
  readonly offset: number;
  readonly length: number;
  readonly id: Uint8Array;
}

/** Frames that are read with one call, and what is wanted of each. */
export interface ReadingRun {
  readonly frames: readonly FrameLocation[];
  readonly wanted: readonly (readonly WantedChunk[])[];
}

interface FrameWish {
  readonly location: FrameLocation;
  readonly wanted: WantedChunk[];
}

/** Groups the chunks of a window, so that each frame is opened once, in the order in which the file needs them. */
export async function planReading(
  references: readonly Reference[],
  locate: (id: Uint8Array) => Promise<FrameLocation>,
): Promise<readonly ReadingRun[]> {
  const wishes = new Map<number, FrameWish>();
  for (const { offset, length, id } of references) {
    if (id === undefined) continue;
    const location = await locate(id);
    const wish = wishes.get(location.frame) ?? { location, wanted: [] };
    wish.wanted.push({ offset, length, id });
    wishes.set(location.frame, wish);
  }
  const byPlace = [...wishes.values()].sort(
    (a, b) => a.location.pack - b.location.pack || a.location.offset - b.location.offset,
  );
  const runs: FrameWish[][] = [];
  for (const wish of byPlace) {
    const run = runs.at(-1);
    if (run !== undefined && isNear(run, wish)) run.push(wish);
    else runs.push([wish]);
  }
  return runs
    .sort((a, b) => firstOffset(a) - firstOffset(b))
    .map((run) => ({ frames: run.map((wish) => wish.location), wanted: run.map((wish) => wish.wanted) }));
}

function firstOffset(run: readonly FrameWish[]): number {
  return run[0]?.wanted[0]?.offset ?? 0;
}

function isNear(run: readonly FrameWish[], { location }: FrameWish): boolean {
  const first = (run[0] as FrameWish).location;
  const last = (run.at(-1) as FrameWish).location;
  return (
    last.pack === location.pack &&
    location.offset - (last.offset + last.sealedBytes) <= GAP_BYTES &&
    location.offset + location.sealedBytes - first.offset <= RUN_BYTES &&
    run.length < RUN_FRAMES
  );
}
