import { InternalError } from "../../base/index.ts";
import { VaultDamagedError } from "../errors.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import type { PointName, PointStore } from "../restore-points/point-store.ts";
import { NeededChunks } from "./needed-chunks.ts";

const MOST_MARKINGS = 10;

export interface MarkingParts {
  readonly points: PointStore;
  readonly loaded: LoadedIndex;
  readonly frames: FrameReader;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the restore points need whose objects were not seen yet, those in the trash too; they are seen afterwards. Whoever asked disposes
 * of it.
 * @throws {VaultDamagedError} when what is needed cannot be told
 * @throws {LocalIndexDamagedError} when the index on the local disk cannot tell it
 */
export async function markNeeded(seen: Set<string>, parts: MarkingParts): Promise<NeededChunks> {
  const { points, loaded } = parts;
  const names: PointName[] = [];
  for await (const name of points.allNames()) if (!seen.has(name.object)) names.push(name);
  for (let attempt = 1; ; attempt++) {
    const needed = await markAll(names, seen, parts);
    loaded.assertWhole(); // else what was not found may be there all the same
    if (needed.isCurrent) return needed; // if not, looking for a chunk list made the index learn of packs
    needed[Symbol.dispose]();
    if (attempt === MOST_MARKINGS)
      throw new InternalError("Cannot tell what is needed: the index keeps growing");
  }
}

async function markAll(
  names: readonly PointName[],
  seen: Set<string>,
  { points, loaded, frames, signal }: MarkingParts,
): Promise<NeededChunks> {
  loaded.settle();
  const { index, scratch } = loaded;
  const needed = new NeededChunks({ index, frames, scratch, signal });
  try {
    for (const name of names) {
      await markPoint(name, needed, points);
      seen.add(name.object);
    }
    await needed.settle();
    return needed;
  } catch (error) {
    needed[Symbol.dispose]();
    throw error;
  }
}

/** A restore point that cannot be read whole stops everything, unless it is just being taken back or removed. */
async function markPoint(name: PointName, needed: NeededChunks, points: PointStore): Promise<void> {
  try {
    const point = await points.readIfThere(name);
    if (point !== undefined) await needed.add(point);
  } catch (error) {
    if (!(error instanceof VaultDamagedError) || isGone(error)) throw error;
    if ((await points.readIfThere(name)) === undefined) return;
    throw new VaultDamagedError(
      error.object,
      `${error.what}, and restore point ${name.id} needs it: what else it needs cannot be told`,
      { cause: error },
    );
  }
}
