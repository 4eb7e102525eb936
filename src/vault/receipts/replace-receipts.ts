import { type Storage, StorageDeniedError, StorageLockedError } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { pointFromName, RECEIPTS_PREFIX } from "../format/object-names.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import type { ReceiptVerdict } from "./judge-receipts.ts";
import { type ReadReceiptsParts, type ReceiptsRead, readReceipt } from "./read-receipts.ts";
import type { Receipt, ReceiptedPoint, ReceiptedRemoval, ReceiptSubject } from "./receipt.ts";
import type { ReceiptChain } from "./receipt-chain.ts";

/** Removals that are so long ago are forgotten: nobody's receipt becomes visible so late. */
const REMEMBERED_MS = 400 * 24 * 3_600_000;

export interface ReplaceParts {
  readonly storage: Storage;
  readonly points: PointStore;
  readonly chain: ReceiptChain;
  readonly reading: ReadReceiptsParts;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Puts a checkpoint that stands for all receipts which were read, reads it back from the storage, and deletes these.
 * Receipts that nobody saw stay, whatever their numbers. Gives how many went.
 */
export async function replaceReceipts(
  found: ReceiptVerdict & ReceiptsRead,
  { storage, points, chain, reading, now }: ReplaceParts,
): Promise<number> {
  const live = [...found.told.values()];
  for (const object of found.unwitnessed) {
    const point = await points.describe(object);
    if (point === undefined) continue;
    const { described, host } = point;
    live.push({ ...described, life: 0, ...(host !== undefined && { host }) }); // no more than that host's word
  }
  const checkpoint = {
    kind: "checkpoint",
    chains: chainsOf(found),
    points: live.toSorted(byObject),
    removals: remembered([...found.removals.values()], live, now),
  } as const satisfies ReceiptSubject;
  const name = await chain.add(checkpoint);
  if (!isSame(await readReceipt(name, reading), checkpoint)) {
    throw new VaultDamagedError(name, "it does not read as it was written");
  }
  const unreadable = found.damaged.map(({ object }) => object);
  const goes = [...found.receipts.keys()].map((digest) => RECEIPTS_PREFIX + digest);
  return await deleteAll([...goes, ...unreadable], storage);
}

function chainsOf({ receipts, covered }: ReceiptVerdict & ReceiptsRead): readonly Reached[] {
  const reached = new Map(covered);
  for (const { chain, number } of receipts.values()) {
    reached.set(chain, Math.max(number, reached.get(chain) ?? 0));
  }
  return [...reached]
    .map(([chain, number]) => ({ chain, number }))
    .toSorted((a, b) => (a.chain < b.chain ? -1 : 1));
}

interface Reached {
  readonly chain: string;
  readonly number: number;
}

/**
 * A receipt of a restore point, or another checkpoint that tells of it, may become visible after that of its removal was replaced: the
 * removal is kept for long. A clock that is ahead, this one or a writer's, makes nothing old.
 */
function remembered(
  removals: readonly ReceiptedRemoval[],
  live: readonly ReceiptedPoint[],
  now: number,
): readonly ReceiptedRemoval[] {
  const times = [...removals.map(removedAt), ...live.map(({ object }) => madeAt(object))];
  const newest = times.reduce((a, b) => Math.max(a, b), 0);
  const oldest = Math.min(newest, now) - REMEMBERED_MS;
  return removals.filter((removal) => removedAt(removal) >= oldest).toSorted(byObject);
}

/** Not before the restore point was made, whatever the remover's clock said. */
function removedAt({ object, time }: ReceiptedRemoval): number {
  const told = time === undefined ? 0 : Temporal.Instant.from(time).epochMilliseconds;
  return Math.max(told, madeAt(object));
}

function madeAt(object: string): number {
  return pointFromName(object)?.milliseconds ?? 0;
}

function byObject(a: { readonly object: string }, b: { readonly object: string }): number {
  return a.object < b.object ? -1 : 1;
}

function isSame(
  written: Receipt | undefined,
  wanted: Extract<ReceiptSubject, { kind: "checkpoint" }>,
): boolean {
  if (written?.kind !== "checkpoint") return false;
  const { chains, points, removals } = written;
  const told = { kind: "checkpoint", chains, points, removals } as const;
  return JSON.stringify(told) === JSON.stringify(wanted);
}

/** What is locked goes at a later time; who may not delete stops at once. */
async function deleteAll(objects: readonly string[], storage: Storage): Promise<number> {
  let gone = 0;
  for (const object of objects) {
    try {
      await storage.delete(object);
      gone++;
    } catch (error) {
      if (error instanceof StorageDeniedError) break;
      if (!(error instanceof StorageLockedError)) throw error;
    }
  }
  return gone;
}
