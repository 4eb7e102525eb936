import type { RestorePointId } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { LoadedIndex } from "../index/load-index.ts";
import { LocalIndexDamagedError } from "../index/local/errors.ts";
import type { LocalIndexOptions } from "../index/local-runs.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameReader } from "../reading/frame-reader.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import { packFates } from "./choose-packs.ts";
import { NeededChunks } from "./needed-chunks.ts";
import type { RemovalNotes } from "./removal-notes.ts";

/** When a run of the local index turns out to be damaged, what was marked by it is worth nothing. */
const MOST_ATTEMPTS = 3;

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
  /** What keeps it from telling what restore points need that stay: a prune may have to stop there. */
  readonly unreadable: readonly VaultDamagedError[];
}

export interface PlanParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly engine: Engine;
  readonly notes: RemovalNotes;
  readonly points: PointStore;
  readonly local?: LocalIndexOptions | undefined;
}

/** Looks only. What sessions do meanwhile is not in the plan. @throws {VaultDamagedError} */
export async function planRemoval(options: PlanRemovalOptions, parts: PlanParts): Promise<RemovalPlan> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === MOST_ATTEMPTS; // in memory, whatever it takes
    const loaded = new LoadedIndex(isLast ? { ...parts, local: undefined } : parts);
    try {
      const plan = await planBy(loaded, options, parts);
      if (loaded.isWhole) return plan;
    } catch (error) {
      if (!(error instanceof LocalIndexDamagedError)) throw error;
    } finally {
      loaded.close();
    }
  }
}

async function planBy(
  loaded: LoadedIndex,
  { signal, without, moveBelow }: PlanRemovalOptions,
  parts: PlanParts,
): Promise<RemovalPlan> {
  for (const { packs } of await parts.notes.doomedLists(signal)) loaded.index.doom(packs);
  await loaded.refresh(signal);
  await loaded.reconcileSome(0, signal);
  loaded.settle();
  const { index, scratch } = loaded;
  const frames = new FrameReader({ ...parts, loaded });
  using needed = new NeededChunks({ index, frames, scratch, signal });
  const numbers = new Map<RestorePointId, number>();
  const unreadable: VaultDamagedError[] = [];
  for await (const name of parts.points.allNames()) {
    try {
      const point = without.has(name.id) ? undefined : await parts.points.readIfThere(name);
      if (point !== undefined) numbers.set(name.id, await needed.add(point));
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      unreadable.push(error);
    }
  }
  await needed.settle();
  let packBytes = 0;
  let freed = 0;
  for (const { pack, neededBytes, becomes } of packFates({ index, needed, moveBelow })) {
    packBytes += pack.sizeBytes;
    if (becomes !== "keep") freed += pack.sizeBytes - neededBytes;
  }
  return {
    packBytes,
    bytesFreed: Math.round(freed),
    aloneBytes: new Map([...numbers].map(([id, number]) => [id, needed.aloneBytes(number)])),
    lostChunks: needed.lostChunks,
    unreadable,
  };
}
