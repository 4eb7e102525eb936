import { type Clock, throwIfInterrupted } from "../../base/index.ts";
import { type Storage, StorageFullError } from "../../storage/index.ts";
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
  const entries = await notes.trashEntries(signal);
  const due = new Set(
    entries.filter(({ untilMilliseconds }) => untilMilliseconds <= now).map(({ point }) => point),
  );
  if (due.size === 0) return 0;
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
    for (const entry of entries) if (entry.point === point) await storage.delete(entry.name);
  }
  if (!isTold) await receipts.pointsGo(going); // what went made room
  return removed;
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
