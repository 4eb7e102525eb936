import { VaultDamagedError } from "../errors.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import type { Receipts } from "../receipts/receipts.ts";
import type { RemovalNotes } from "../removal/removal-notes.ts";
import type { PointName, PointStore } from "../restore-points/point-store.ts";

export interface PointsToLockParts {
  readonly points: Pick<PointStore, "allNames" | "readIfThere">;
  readonly notes: Pick<RemovalNotes, "trash">;
  readonly receipts: Pick<Receipts, "witnessed">;
}

/** Restore points that are not in the trash. */
export interface PointsToLock {
  readonly names: readonly PointName[];
  /** Objects of those that receipts tell of and that are not there: somebody hid or deleted them, and they may come back. */
  readonly missing: readonly string[];
  /** Whether all receipts are there. If not, there may have been restore points that nothing tells of. */
  readonly isWhole: boolean;
}

/** What a listing has, and what receipts tell of that it has not: whoever hides restore points must not end the locks of their packs. */
export async function pointsToLock(parts: PointsToLockParts, signal?: AbortSignal): Promise<PointsToLock> {
  const { points, notes, receipts } = parts;
  const inTrash = new Set((await notes.trash.entries(signal)).map(({ point }) => point));
  const listed = await Array.fromAsync(points.allNames());
  const { objects: told, isWhole } = await receipts.witnessed(signal); // behind the listing: who removes puts a receipt first
  const objects = new Set(listed.map(({ object }) => object));
  const names = listed.filter(({ id, isShared }) => isShared || !inTrash.has(id));
  const missing: string[] = [];
  for (const [object, id] of told) {
    if (objects.has(object) || inTrash.has(id)) continue;
    if (await isThere(object, points)) names.push({ id, object, sizeBytes: 0 });
    else missing.push(object);
  }
  if (missing.length === 0) return { names, missing, isWhole };
  const still = (await receipts.witnessed(signal)).objects; // one may have been removed meanwhile
  return { names, missing: missing.filter((object) => still.has(object)), isWhole };
}

/** Whether a listing only left it out. */
async function isThere(object: string, points: Pick<PointStore, "readIfThere">): Promise<boolean> {
  try {
    return (await points.readIfThere({ object })) !== undefined;
  } catch (error) {
    if (!(error instanceof VaultDamagedError) || isGone(error)) throw error;
    return true;
  }
}
