import type { RestorePointId } from "../../base/index.ts";
import { pointFromName } from "../format/object-names.ts";
import type { Receipt, ReceiptedPoint, ReceiptedRemoval } from "./receipt.ts";
import type { ReceiptPage } from "./receipt-book.ts";

/** A restore point that somebody took away without a receipt. */
export interface MissingPoint {
  readonly id: RestorePointId;
  /** Its object's name in the storage. */
  readonly object: string;
  readonly time: string;
  readonly machine: { readonly id: string; readonly name: string };
  /** The write-only host that alone tells of it: 32 hexadecimal digits. */
  readonly toldBy?: string | undefined;
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
  /** The same by its object: of objects that have one id, each. */
  readonly told: ReadonlyMap<string, ReceiptedPoint>;
  /** Objects that must be there. Of those that have one id each that a host tells of, unless a full-key holder tells of one. */
  readonly promised: ReadonlyMap<string, RestorePointId>;
  /** By the objects of what was removed. */
  readonly removals: ReadonlyMap<string, ReceiptedRemoval>;
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
  /** Whether what a host says counts: of one whose key was taken away, only what it had stored by then. @default it does */
  readonly counts?: ((point: ReceiptedPoint) => boolean) | undefined;
}

/** Holds what is there against what receipts say was there. In no order: they may have been written at the same time. */
export function judgeReceipts(evidence: Evidence): ReceiptVerdict {
  const { receipts, unreadable, objects, page, counts = () => true } = evidence;
  const believed = [...receipts.values()].filter(
    (receipt) => receipt.kind !== "point" || receipt.point.host === undefined || counts(receipt.point),
  );
  const told = tellAll(believed, counts);
  const alive = new Map(
    [...told.points].filter(([object, { life }]) => (told.removals.get(object)?.life ?? -1) < life),
  );
  const live = byId(alive.values());
  const standing = [...alive.values()].filter((point) => !isOverruled(point, live));
  const missing = standing
    .filter((point) => !objects.has(point.object))
    .flatMap(missingPoint)
    .toSorted((a, b) => (a.time < b.time ? -1 : 1));
  const isThere = (digest: string): boolean => receipts.has(digest) || unreadable?.has(digest) === true;
  const lost = page?.heads.filter(
    ({ digest, number }) => !isThere(digest) && !isCovered(told.covered, page.chain, number),
  );
  const wentBack = lost?.toSorted((a, b) => b.number - a.number)[0];
  return {
    missing,
    gaps: gapsIn(believed, { isThere, covered: told.covered }),
    wentBack: wentBack && { number: wentBack.number },
    unwitnessed: [...objects].filter(
      (object) => !told.points.has(object) && pointFromName(object) !== undefined,
    ),
    live,
    told: alive,
    promised: new Map(standing.flatMap(namedBy)),
    removals: told.removals,
    covered: told.covered,
  };
}

function missingPoint({ object, machine, host }: ReceiptedPoint): readonly MissingPoint[] {
  const id = pointFromName(object)?.id;
  if (id === undefined) return [];
  return [{ id, object, time: timeOf(object), machine, ...(host !== undefined && { toldBy: host }) }];
}

function namedBy({ object }: ReceiptedPoint): readonly (readonly [string, RestorePointId])[] {
  const id = pointFromName(object)?.id;
  return id === undefined ? [] : [[object, id]];
}

/** Of objects that have one id a full-key holder's word stands. */
function byId(points: Iterable<ReceiptedPoint>): ReadonlyMap<RestorePointId, ReceiptedPoint> {
  const found = new Map<RestorePointId, ReceiptedPoint>();
  for (const point of points) {
    const id = pointFromName(point.object)?.id;
    if (id !== undefined && isBetter(point, found.get(id))) found.set(id, point);
  }
  return found;
}

/** A host's word of an object under the id of a full-key holder's restore point. */
function isOverruled(point: ReceiptedPoint, live: ReadonlyMap<RestorePointId, ReceiptedPoint>): boolean {
  const id = pointFromName(point.object)?.id;
  const other = id && live.get(id);
  return point.host !== undefined && other !== undefined && other.host === undefined;
}

/** A full-key holder's word goes before a host's, then a later life before an earlier one. */
function isBetter(point: ReceiptedPoint, than: ReceiptedPoint | undefined): boolean {
  if (than === undefined) return true;
  if ((point.host === undefined) !== (than.host === undefined)) return point.host === undefined;
  return point.life > than.life;
}

interface Told {
  /** By their objects. */
  readonly points: Map<string, ReceiptedPoint>;
  readonly removals: Map<string, ReceiptedRemoval>;
  readonly covered: Map<string, number>;
}

function tellAll(receipts: Iterable<Receipt>, counts: (point: ReceiptedPoint) => boolean): Told {
  const told: Told = { points: new Map(), removals: new Map(), covered: new Map() };
  const keepPoint = (point: ReceiptedPoint): void => {
    if (isBetter(point, told.points.get(point.object))) told.points.set(point.object, point);
  };
  const keepRemoval = (removal: ReceiptedRemoval): void => {
    if ((told.removals.get(removal.object)?.life ?? -1) < removal.life)
      told.removals.set(removal.object, removal);
  };
  for (const receipt of receipts) {
    if (receipt.kind === "point") keepPoint(receipt.point);
    else if (receipt.kind === "removal") keepRemoval({ ...receipt.removal, time: receipt.time });
    else {
      for (const point of receipt.points) if (point.host === undefined || counts(point)) keepPoint(point);
      for (const removal of receipt.removals) keepRemoval({ ...removal, time: removal.time ?? receipt.time });
      for (const { chain, number } of receipt.chains) {
        told.covered.set(chain, Math.max(number, told.covered.get(chain) ?? 0));
      }
    }
  }
  return told;
}

/** A receipt that is named and not there, unless a checkpoint stands for that stretch of its chain. */
function gapsIn(
  receipts: readonly Receipt[],
  about: {
    readonly isThere: (digest: string) => boolean;
    readonly covered: ReadonlyMap<string, number>;
  },
): readonly ReceiptGap[] {
  const gaps: ReceiptGap[] = [];
  for (const { chain, number, previous, time } of receipts) {
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
