import type { RestorePointId } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { LoadedIndex } from "../index/load-index.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameReader } from "../reading/frame-reader.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import { choosePacks } from "./choose-packs.ts";
import { NeededChunks } from "./needed-chunks.ts";
import type { RemovalNotes } from "./removal-notes.ts";

export interface PlanRemovalOptions {
  /** Restore points that would go. */
  readonly without: ReadonlySet<RestorePointId>;
  readonly moveBelow: number;
  readonly signal?: AbortSignal | undefined;
}

/** What removing restore points would do. */
export interface RemovalPlan {
  /** Stored bytes of all packs. */
  readonly packBytes: number;
  /** Stored bytes that a prune would free, less what it would write anew. An estimate. */
  readonly bytesFreed: number;
  /** Plain bytes that each restore point which stays needs and no other does. */
  readonly aloneBytes: ReadonlyMap<RestorePointId, number>;
  /** Chunks that restore points need and no pack holds. */
  readonly lostChunks: number;
}

export interface PlanParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly engine: Engine;
  readonly notes: RemovalNotes;
  readonly points: PointStore;
}

/** Looks only. What sessions do meanwhile is not in the plan. @throws {VaultDamagedError} */
export async function planRemoval(options: PlanRemovalOptions, parts: PlanParts): Promise<RemovalPlan> {
  const { signal, without } = options;
  const loaded = new LoadedIndex(parts);
  for (const { packs } of await parts.notes.doomedLists(signal)) loaded.index.doom(packs);
  await loaded.refresh(signal);
  await loaded.reconcile(signal);
  const { index } = loaded;
  const needed = new NeededChunks({ index, frames: new FrameReader({ ...parts, loaded }), signal });
  const numbers = new Map<RestorePointId, number>();
  for await (const name of parts.points.allNames()) {
    const point = without.has(name.id) ? undefined : await parts.points.readIfThere(name);
    if (point !== undefined) numbers.set(name.id, await needed.add(point));
  }
  const { drop, move } = choosePacks({ index, needed, moveBelow: options.moveBelow });
  const all = index.packs.filter(({ isThere }) => isThere);
  const size = (uses: typeof drop): number => uses.reduce((sum, { pack }) => sum + pack.sizeBytes, 0);
  const moved = move.reduce((sum, { neededBytes }) => sum + neededBytes, 0);
  return {
    packBytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    bytesFreed: Math.round(size(drop) + size(move) - moved),
    aloneBytes: new Map([...numbers].map(([id, number]) => [id, needed.aloneBytes(number)])),
    lostChunks: needed.lostChunks,
  };
}
