import { InternalError } from "../../base/index.ts";
import { VaultDamagedError } from "../errors.ts";
import type { ChunkIndex } from "../index/chunk-index.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import type { PointName, PointStore } from "../restore-points/point-store.ts";
import { NeededChunks } from "./needed-chunks.ts";

const MOST_MARKINGS = 10;

export interface MarkingParts {
  readonly points: PointStore;
  readonly index: ChunkIndex;
  readonly frames: FrameReader;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the restore points need whose objects were not seen yet, those in the trash too; they are seen afterwards.
 * @throws {VaultDamagedError} when what is needed cannot be told
 */
export async function markNeeded(seen: Set<string>, parts: MarkingParts): Promise<NeededChunks> {
  const { points, index, frames, signal } = parts;
  const names: PointName[] = [];
  for await (const name of points.allNames()) if (!seen.has(name.object)) names.push(name);
  for (let attempt = 1; ; attempt++) {
    const needed = new NeededChunks({ index, frames, signal });
    for (const name of names) {
      await markPoint(name, needed, points);
      seen.add(name.object);
    }
    if (needed.isCurrent) return needed; // if not, looking for a chunk list made the index learn of packs
    if (attempt === MOST_MARKINGS)
      throw new InternalError("Cannot tell what is needed: the index keeps growing");
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
