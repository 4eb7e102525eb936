import { InternalError } from "../../base/index.ts";
import { PrunePointUnreadableError, VaultDamagedError } from "../errors.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import type { PointName, PointStore } from "../restore-points/point-store.ts";
import { NeededChunks } from "./needed-chunks.ts";
import type { PointEvidence } from "./point-evidence.ts";

const MOST_MARKINGS = 10;

export interface MarkingParts {
  readonly points: PointStore;
  readonly loaded: LoadedIndex;
  readonly frames: FrameReader;
  readonly evidence: Pick<PointEvidence, "unlisted" | "isNobodys">;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the restore points need whose objects were not seen yet, those in the trash too, and those that receipts tell of and a listing
 * leaves out; they are seen afterwards, but for those that cannot be read and nobody was promised. Whoever asked disposes of it.
 * @throws {PrunePointUnreadableError} when what is needed cannot be told
 * @throws {LocalIndexDamagedError} when the index on the local disk cannot tell it
 */
export async function markNeeded(seen: Set<string>, parts: MarkingParts): Promise<NeededChunks> {
  const { points, evidence, signal } = parts;
  const listed = await Array.fromAsync(points.allNames());
  const all = [...listed, ...(await evidence.unlisted(listed, signal))];
  const names = all.filter(({ object }) => !seen.has(object));
  for (let attempt = 1; ; attempt++) {
    const needed = await markAll(names, seen, parts);
    if (needed.isCurrent) return needed; // if not, looking for a chunk list made the index learn of packs
    needed[Symbol.dispose]();
    if (attempt === MOST_MARKINGS)
      throw new InternalError("Cannot tell what is needed: the index keeps growing");
  }
}

async function markAll(
  names: readonly PointName[],
  seen: Set<string>,
  parts: MarkingParts,
): Promise<NeededChunks> {
  const { loaded, frames, signal } = parts;
  loaded.settle();
  const { index, scratch } = loaded;
  const needed = new NeededChunks({ index, frames, scratch, signal });
  try {
    for (const name of names) {
      if (await isMarked(name, needed, parts)) seen.add(name.object);
    }
    await needed.settle();
    loaded.assertWhole(); // else what was not found may be there all the same
    return needed;
  } catch (error) {
    needed[Symbol.dispose]();
    throw error;
  }
}

/**
 * A restore point that cannot be read whole stops everything, unless it is just being taken back or removed; false for one that nobody
 * was promised.
 */
async function isMarked(name: PointName, needed: NeededChunks, parts: MarkingParts): Promise<boolean> {
  const { points, evidence, signal } = parts;
  try {
    const point = await points.readIfThere(name);
    if (point !== undefined) await needed.add(point);
  } catch (error) {
    if (!(error instanceof VaultDamagedError) || isGone(error)) throw error;
    if (await evidence.isNobodys(name, error, signal)) return false;
    if (!(await hasGone(name, points))) throw new PrunePointUnreadableError(name.id, error);
  }
  return true;
}

async function hasGone(name: PointName, points: PointStore): Promise<boolean> {
  try {
    return (await points.readIfThere(name)) === undefined;
  } catch (error) {
    if (!(error instanceof VaultDamagedError)) throw error;
    return false;
  }
}
