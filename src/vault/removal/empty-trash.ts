import { type Clock, throwIfInterrupted } from "../../base/index.ts";
import { type Storage, StorageFullError } from "../../storage/index.ts";
import { outwaitListings } from "../outwait-listings.ts";
import type { Receipts } from "../receipts/receipts.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import type { RemovalNotes } from "./removal-notes.ts";

export interface EmptyTrashParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly notes: RemovalNotes;
  readonly points: PointStore;
  readonly receipts: Pick<Receipts, "pointsGo">;
  /** False when it may not be deleted. */
  readonly tryDelete: (object: string) => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
}

/** Restore points whose time in the trash is over go for good; how many went. */
export async function emptyTrash(parts: EmptyTrashParts): Promise<number> {
  const { notes, points, storage, clock, receipts, tryDelete, signal } = parts;
  const now = clock.now().epochMilliseconds;
  const { entries, takenBack } = await notes.trash.read(signal);
  for (const { name } of takenBack) await tryDelete(name);
  const over = entries.filter(({ untilMilliseconds }) => untilMilliseconds <= now);
  if (over.length === 0) return 0;
  await outwaitListings(1, { storage, clock, signal }); // what was taken back before this began is listed as that then
  const due = new Set((await notes.trash.sift(over, signal)).entries.map(({ point }) => point));
  const objects = new Map<string, string>();
  for await (const { id, object, isShared } of points.allNames()) if (!isShared) objects.set(id, object);
  const going = [...due].flatMap((point) => objects.get(point) ?? []);
  const isTold = await tellRemoval(going, parts);
  let removed = 0;
  for (const point of due) {
    throwIfInterrupted(signal);
    const object = objects.get(point);
    if (object !== undefined) {
      if (!(await tryDelete(object))) continue;
      removed++;
    }
    // the entries last: as long as one is there, a next prune goes on here
    const kept = await notes.trash.keptNotes(new Set([point]), signal);
    if (!(await deleteAll(kept, tryDelete))) continue;
    for (const entry of entries) if (entry.point === point) await storage.delete(entry.name);
  }
  if (!isTold) await receipts.pointsGo(going); // what went made room
  return removed;
}

/** False when one may not be deleted. */
async function deleteAll(
  objects: readonly string[],
  tryDelete: EmptyTrashParts["tryDelete"],
): Promise<boolean> {
  let isGone = true;
  for (const object of objects) if (!(await tryDelete(object))) isGone = false;
  return isGone;
}

/** The receipt is there before what it is about goes, so that nobody misses it. False when there is no room for it. */
async function tellRemoval(
  points: readonly string[],
  { receipts, signal }: Pick<EmptyTrashParts, "receipts" | "signal">,
): Promise<boolean> {
  try {
    await receipts.pointsGo(points, signal);
    return true;
  } catch (error) {
    if (error instanceof StorageFullError) return false;
    throw error;
  }
}
