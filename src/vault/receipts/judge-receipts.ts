import type { RestorePointId } from "../../base/index.ts";
import { pointFromName } from "../format/object-names.ts";
import type { Receipt, ReceiptedPoint, ReceiptedRemoval } from "./receipt.ts";
import type { ReceiptPage } from "./receipt-book.ts";

/** A restore point that somebody took away without a receipt. */
export interface MissingPoint {
  readonly id: RestorePointId;
  readonly time: string;
  readonly machine: { readonly id: string; readonly name: string };
}

/** A receipt that others name and that is not there. */
export interface ReceiptGap {
  readonly chain: string;
  readonly number: number;
  /** When the receipt behind it was written. */
  readonly before: string;
}

export interface ReceiptVerdict {
  readonly missing: readonly MissingPoint[];
  readonly gaps: readonly ReceiptGap[];
  /** The newest receipt of this machine's chain that the vault has lost; undefined when it has what the book says. */
  readonly wentBack: { readonly number: number } | undefined;
  /** Restore points that no receipt tells of: of a program that was killed right behind its commit. */
  readonly unwitnessed: readonly string[];
  /** What must be there, by id. */
  readonly live: ReadonlyMap<RestorePointId, ReceiptedPoint>;
  readonly removals: ReadonlyMap<RestorePointId, ReceiptedRemoval>;
  /** Of each chain, how far checkpoints stand for its receipts. */
  readonly covered: ReadonlyMap<string, number>;
}

export interface Evidence {
  readonly receipts: ReadonlyMap<string, Receipt>;
  /** Digests of receipts that are there and cannot be read: damage, but no gap. */
  readonly unreadable?: ReadonlySet<string> | undefined;
  /** Names of the objects of all restore points that are there. */
  readonly objects: ReadonlySet<string>;
  readonly page: ReceiptPage | undefined;
}

/** Holds what is there against what receipts say was there. In no order: they may have been written at the same time. */
export function judgeReceipts({ receipts, unreadable, objects, page }: Evidence): ReceiptVerdict {
  const told = tellAll(receipts.values());
  const live = new Map(
    [...told.points].filter(([id, { life }]) => (told.removals.get(id)?.life ?? -1) < life),
  );
  const missing = [...live]
    .filter(([, { object }]) => !objects.has(object))
    .map(([id, { object, machine }]) => ({ id, time: timeOf(object), machine }))
    .toSorted((a, b) => (a.time < b.time ? -1 : 1));
  const isThere = (digest: string): boolean => receipts.has(digest) || unreadable?.has(digest) === true;
  const lost = page?.heads.filter(
    ({ digest, number }) => !isThere(digest) && !isCovered(told.covered, page.chain, number),
  );
  const wentBack = lost?.toSorted((a, b) => b.number - a.number)[0];
  return {
    missing,
    gaps: gapsIn(receipts, { isThere, covered: told.covered }),
    wentBack: wentBack && { number: wentBack.number },
    unwitnessed: [...objects].filter((object) => {
      const id = pointFromName(object)?.id;
      return id !== undefined && !told.points.has(id);
    }),
    live,
    removals: told.removals,
    covered: told.covered,
  };
}

interface Told {
  readonly points: Map<RestorePointId, ReceiptedPoint>;
  readonly removals: Map<RestorePointId, ReceiptedRemoval>;
  readonly covered: Map<string, number>;
}

function tellAll(receipts: Iterable<Receipt>): Told {
  const told: Told = { points: new Map(), removals: new Map(), covered: new Map() };
  const keepPoint = (point: ReceiptedPoint): void => {
    const id = pointFromName(point.object)?.id;
    if (id !== undefined && (told.points.get(id)?.life ?? -1) < point.life) told.points.set(id, point);
  };
  const keepRemoval = (removal: ReceiptedRemoval): void => {
    const id = pointFromName(removal.object)?.id;
    if (id !== undefined && (told.removals.get(id)?.life ?? -1) < removal.life)
      told.removals.set(id, removal);
  };
  for (const receipt of receipts) {
    if (receipt.kind === "point") keepPoint(receipt.point);
    else if (receipt.kind === "removal") keepRemoval(receipt.removal);
    else {
      for (const point of receipt.points) keepPoint(point);
      for (const removal of receipt.removals) keepRemoval(removal);
      for (const { chain, number } of receipt.chains) {
        told.covered.set(chain, Math.max(number, told.covered.get(chain) ?? 0));
      }
    }
  }
  return told;
}

/** A receipt that is named and not there, unless a checkpoint stands for that stretch of its chain. */
function gapsIn(
  receipts: ReadonlyMap<string, Receipt>,
  about: {
    readonly isThere: (digest: string) => boolean;
    readonly covered: ReadonlyMap<string, number>;
  },
): readonly ReceiptGap[] {
  const gaps: ReceiptGap[] = [];
  for (const { chain, number, previous, time } of receipts.values()) {
    const isWhole = previous.every(about.isThere);
    if (!isWhole && !isCovered(about.covered, chain, number - 1)) {
      gaps.push({ chain, number: number - 1, before: time });
    }
  }
  return gaps.toSorted((a, b) => (a.before < b.before ? -1 : 1));
}

function isCovered(covered: ReadonlyMap<string, number>, chain: string, number: number): boolean {
  return (covered.get(chain) ?? 0) >= number;
}

function timeOf(object: string): string {
  return Temporal.Instant.fromEpochMilliseconds(pointFromName(object)?.milliseconds ?? 0).toString();
}
