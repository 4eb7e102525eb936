import type { Clock, Entropy, RestorePointId } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import type { VaultDamagedError } from "../errors.ts";
import { pointFromName, RECEIPTS_PREFIX } from "../format/object-names.ts";
import { HostBook } from "../hosts/host-book.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import { type ChangedPoint, changedIn } from "./changed-points.ts";
import { judgeReceipts, type MissingPoint, type ReceiptGap, type ReceiptVerdict } from "./judge-receipts.ts";
import { type ReadReceiptsParts, type ReceiptsRead, readReceipts } from "./read-receipts.ts";
import type { ReceiptedPoint } from "./receipt.ts";
import type { ReceiptBook } from "./receipt-book.ts";
import { ReceiptChain } from "./receipt-chain.ts";
import { replaceReceipts } from "./replace-receipts.ts";

/** So many receipts that no checkpoint stands for are worth one. */
const COMPACT_AT = 64;
/** What a check finds must be found so often: restore points and receipts come and go while they are listed. */
const LOOKS = 3;

export interface ReceiptsParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly book: ReceiptBook;
  readonly points: PointStore;
}

/** A restore point as somebody has just read it. */
export interface SeenPoint {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** The write-only host that put it. */
  readonly host: string | undefined;
}

/** Whether everything is there that was there. */
export interface ReceiptReport {
  readonly receipts: number;
  /** Restore points that somebody took away without a receipt. */
  readonly missing: readonly MissingPoint[];
  /** Receipts that others name and that are not there. */
  readonly gaps: readonly ReceiptGap[];
  /** Set when the vault has lost what this machine knows that it wrote: it is in an older state. */
  readonly wentBack: { readonly number: number } | undefined;
  /** Restore points whose bytes are not those that their receipts tell of: somebody with a key put others in their place. Looked at by verify only. */
  readonly changed: readonly ChangedPoint[];
  /** Restore points that no receipt tells of yet. */
  readonly unwitnessed: number;
  /** Objects that cannot be read as the receipts that they were. */
  readonly damaged: readonly VaultDamagedError[];
}

/** What receipts say of restore points. */
export interface WitnessedPoints {
  /** Objects that must be there, with their ids, which several may share. */
  readonly objects: ReadonlyMap<string, RestorePointId>;
  /** The ids of these. */
  readonly live: ReadonlySet<RestorePointId>;
  /** A full-key holder has removed these, at least once. */
  readonly gone: ReadonlySet<RestorePointId>;
  /** Whether no receipt is missing or damaged: then a restore point that is in neither was never promised. */
  readonly isWhole: boolean;
}

type Look = ReceiptVerdict & ReceiptsRead & { readonly objects: readonly string[] };

/** Receipts of restore points and of their removal, and what follows when one of both is not there: docs/vault-format.md 10.2. */
export class Receipts {
  readonly #parts: ReceiptsParts;
  readonly #chain: ReceiptChain;
  readonly #keyring: SessionKeyring;
  readonly #hosts: HostBook;

  constructor(parts: ReceiptsParts) {
    this.#parts = parts;
    this.#hosts = new HostBook(parts);
    this.#chain = new ReceiptChain(parts);
    this.#keyring = new SessionKeyring(parts.keys);
  }

  /** A restore point is there. */
  async pointMade(point: Omit<ReceiptedPoint, "life">): Promise<void> {
    await this.#chain.add({ kind: "point", point: { ...point, life: 0 } });
  }

  /** Restore points, named by their objects, are going to be removed by whoever may: durable before the first is. */
  async pointsGo(objects: readonly string[], signal?: AbortSignal): Promise<void> {
    if (objects.length === 0) return;
    const { told, removals } = await this.#look(signal);
    for (const object of objects) {
      const life = told.get(object)?.life ?? 0;
      const gone = removals.get(object)?.life ?? -1;
      if (gone < life) await this.#chain.add({ kind: "removal", removal: { object, life } });
    }
  }

  /** A restore point is kept after all, perhaps after a receipt of its removal. */
  async pointKept(point: RestorePointId): Promise<void> {
    const { removals, objects } = await this.#look();
    for (const object of objects) {
      const removal = removals.get(object);
      if (removal === undefined || pointFromName(object)?.id !== point) continue;
      const found = await this.#parts.points.describe(object);
      if (found === undefined) continue; // a prune deleted it meanwhile
      await this.#chain.add({ kind: "point", point: { ...found.described, life: removal.life + 1 } });
    }
  }

  /** Which machines restore points are of, as receipts say: for those that cannot be read themselves. */
  async machines(signal?: AbortSignal): Promise<ReadonlyMap<RestorePointId, ReceiptedPoint["machine"]>> {
    const { live } = await this.#look(signal);
    return new Map([...live].map(([id, { machine }]) => [id, machine]));
  }

  /** Which restore points were promised, as receipts say now. */
  async witnessed(signal?: AbortSignal): Promise<WitnessedPoints> {
    const { promised, removals, gaps, wentBack, damaged } = await this.#look(signal);
    const isWhole = gaps.length === 0 && wentBack === undefined && damaged.length === 0;
    return {
      objects: promised,
      live: new Set(promised.values()),
      gone: new Set([...removals.keys()].flatMap((object) => pointFromName(object)?.id ?? [])),
      isWhole,
    };
  }

  /** Reads all receipts and lists restore points. What is found to be wrong is looked for again. */
  async check(
    signal?: AbortSignal,
    seen: ReadonlyMap<string, SeenPoint> = new Map(),
  ): Promise<ReceiptReport> {
    for (let look = 1; ; look++) {
      const found = await this.#look(signal);
      if (isWhole(found) || look === LOOKS) return reportOf(found, changedIn(found.told, seen));
    }
  }

  /**
   * Puts one receipt in place of many, when there are many. Nothing that is wrong is swept away: as long as receipts are
   * missing or damaged, all stay. Gives how many went.
   */
  async compact(signal?: AbortSignal): Promise<number> {
    const found = await this.#look(signal);
    if (found.gaps.length > 0 || found.wentBack !== undefined || found.damaged.length > 0) return 0;
    const { covered } = found;
    const open = [...found.receipts.values()].filter(
      ({ chain, number }) => number > (covered.get(chain) ?? 0),
    );
    return open.length < COMPACT_AT ? 0 : await this.#replace(found, signal);
  }

  /** A full-key holder has seen what is wrong: from now on it counts as removed. Gives what was wrong. */
  async accept(signal?: AbortSignal): Promise<ReceiptReport> {
    const report = await this.check(signal);
    const { receipts, told } = await this.#look(signal);
    const { book, keys } = this.#parts;
    const page = await book.read(keys.vault);
    if (page !== undefined) {
      const heads = page.heads.filter(({ digest }) => receipts.has(digest));
      await book.write(keys.vault, { ...page, heads });
    }
    for (const { object } of report.missing) {
      const point = told.get(object);
      if (point === undefined) continue;
      await this.#chain.add({ kind: "removal", removal: { object: point.object, life: point.life } });
    }
    const hasGaps = report.gaps.length > 0 || report.damaged.length > 0;
    if (hasGaps) await this.#replace(await this.#look(signal), signal);
    return report;
  }

  async #replace(found: Look, signal: AbortSignal | undefined): Promise<number> {
    const { storage, points, clock } = this.#parts;
    const [reading, now] = [this.#reading(signal), clock.now().epochMilliseconds];
    return await replaceReceipts(found, { storage, points, chain: this.#chain, reading, now });
  }

  async #look(signal?: AbortSignal): Promise<Look> {
    const { book, keys, points } = this.#parts;
    const page = await book.read(keys.vault); // first: what it says is in the vault by now
    const read = await readReceipts(this.#reading(signal)); // before points: what they tell of is there by now
    const objects = await Array.fromAsync(points.allNames(), ({ object }) => object);
    const unreadable = new Set(read.damaged.map(({ object }) => object.slice(RECEIPTS_PREFIX.length)));
    const judge = await this.#hosts.judge();
    const counts = (point: ReceiptedPoint): boolean => point.host === undefined || judge(point.host, point);
    const verdict = judgeReceipts({ ...read, unreadable, objects: new Set(objects), page, counts });
    return { ...verdict, ...read, objects };
  }

  #reading(signal: AbortSignal | undefined): ReadReceiptsParts {
    const { storage, keys } = this.#parts;
    return { storage, keys, keyring: this.#keyring, signal };
  }
}

function isWhole({ missing, gaps, wentBack }: Look): boolean {
  return missing.length === 0 && gaps.length === 0 && wentBack === undefined;
}

function reportOf(
  { receipts, missing, gaps, wentBack, unwitnessed, damaged }: Look,
  changed: readonly ChangedPoint[],
): ReceiptReport {
  const counts = { receipts: receipts.size, unwitnessed: unwitnessed.length };
  return { ...counts, missing, gaps, wentBack, changed, damaged };
}
