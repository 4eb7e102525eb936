import { type Clock, type Entropy, throwIfInterrupted } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { newSessionKeys } from "../crypto/session-keys.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError, VaultSessionLostError, VaultTooNewError } from "../errors.ts";
import { ENDED_PREFIX, endedName, LEASES_PREFIX, PACKS_PREFIX } from "../format/object-names.ts";
import { LoadedIndex } from "../index/load-index.ts";
import { LocalIndexDamagedError } from "../index/local/errors.ts";
import type { LocalIndexOptions } from "../index/local-runs.ts";
import { PackSizes } from "../index/pack-sizes.ts";
import { PackCheck } from "../maintenance/check-packs.ts";
import { DamageLedger } from "../maintenance/damage-ledger.ts";
import { DamageRecord } from "../maintenance/damage-record.ts";
import { outwaitListings } from "../outwait-listings.ts";
import { isGone, isUnreadable } from "../packs/get-or-damaged.ts";
import { checkSidecars, type SidecarReport } from "../parity/check-sidecars.ts";
import { makeSidecars } from "../parity/make-sidecars.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameReader } from "../reading/frame-reader.ts";
import type { Receipts } from "../receipts/receipts.ts";
import type { RemovalNotes } from "../removal/removal-notes.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import { Lease } from "../sessions/lease.ts";
import { nameAdopted } from "../sessions/name-adopted.ts";
import { type DamagedClaim, findDamagedClaims } from "./damaged-claims.ts";
import { FindLosses } from "./find-losses.ts";
import type { LostPoint } from "./losses.ts";
import { Salvage, type SalvagedPack } from "./salvage.ts";
import { SalvageStore } from "./salvage-store.ts";

/** When the index on the local disk turns out to be damaged, it is read anew. */
const MOST_ATTEMPTS = 3;

export interface RepairOptions {
  /** Without it nothing is changed, and the report says what would be. */
  readonly execute?: true | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told while damaged packs are read. */
  readonly onProgress?:
    | ((progress: { readonly doneBytes: number; readonly totalBytes: number }) => void)
    | undefined;
}

export interface RepairReport {
  readonly executed: boolean;
  /** Segments that cannot be read; what they said is made again from the packs. */
  readonly segments: readonly string[];
  /** Packs that no segment named and that new ones name. */
  readonly packsNamed: number;
  /** Damaged packs and what was taken out of each, or would be. */
  readonly packs: readonly (SalvagedPack & { readonly what: string })[];
  /** Packs without the sidecar that they should have; absent in a vault without sidecars. `made` counts those that were made. */
  readonly sidecars?: (SidecarReport & { readonly made: number }) | undefined;
  /** Objects that the next prune deletes: nothing can be read from them that is not somewhere else now. */
  readonly doomed: readonly string[];
  /** Sessions that are open: as long as there are any, packs that cannot be told apart from theirs stay. Names of leases. */
  readonly waitingFor: readonly string[];
  /** What cannot be restored whole, also after this. */
  readonly lost: readonly LostPoint[];
}

export interface RepairParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly engine: Engine;
  readonly notes: RemovalNotes;
  readonly points: PointStore;
  readonly receipts: Pick<Receipts, "machines">;
  /** Where an index beyond its memory is kept. */
  readonly local?: LocalIndexOptions | undefined;
}

/**
 * Makes the index again where it is lost, takes out of damaged packs what can be read and is nowhere else, and names what is lost.
 * Puts new objects only, and may be killed at any moment: docs/vault-format.md 10.3.
 * @throws {VaultSessionLostError} when a prune took its lease away: another repair begins anew
 */
export async function repairVault(options: RepairOptions, parts: RepairParts): Promise<RepairReport> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === MOST_ATTEMPTS; // in memory, whatever it takes
    const loaded = new LoadedIndex(isLast ? { ...parts, local: undefined } : parts);
    try {
      return await repairBy(loaded, options, parts);
    } catch (error) {
      if (isLast || !(error instanceof LocalIndexDamagedError)) throw error;
    } finally {
      loaded.close();
    }
  }
}

interface OwnSession {
  readonly store: SalvageStore;
  readonly lease: Lease;
}

/** With keys of its own: what is stored in vain has used up numbers of frames. @throws {LocalIndexDamagedError} */
async function repairBy(
  loaded: LoadedIndex,
  options: RepairOptions,
  parts: RepairParts,
): Promise<RepairReport> {
  if (options.execute !== true) return await new Repair(options, parts, loaded).run();
  const session = newSessionKeys(parts.keys, parts.entropy);
  await using lease = await Lease.open(parts.storage, parts.clock, session.envelope.session);
  await using store = new SalvageStore({ ...parts, session, loaded });
  return await new Repair(options, parts, loaded).run({ store, lease });
}

class Repair {
  readonly #options: RepairOptions;
  readonly #parts: RepairParts;
  readonly #loaded: LoadedIndex;
  readonly #ledger = new DamageLedger();
  /** As the storage has them. */
  #listed = new PackSizes();

  constructor(options: RepairOptions, parts: RepairParts, loaded: LoadedIndex) {
    this.#options = options;
    this.#parts = parts;
    this.#loaded = loaded;
  }

  async run(own?: OwnSession): Promise<RepairReport> {
    const store = own?.store;
    const { notes } = this.#parts;
    const { signal } = this.#options;
    const loaded = this.#loaded;
    // the order of these listings is that of a prune, for the same reason
    this.#listed = await PackSizes.list(this.#parts.storage, signal);
    const waitingFor = await this.#openLeases(own?.lease.name);
    for (const { packs } of await notes.doomedLists(signal)) loaded.index.doom(packs);
    const record = await DamageRecord.open({ loaded, notes, isKept: store !== undefined }, signal);
    await loaded.reread(signal); // holds the segments against their names, too
    await loaded.reconcile(signal);
    refuseNewer(this.#damage());
    await this.#checkPacks(record);
    const segments = [...loaded.damagedSegments.keys()].sort();
    const unseen = new Set(
      this.#damage()
        .filter(isUnreadable)
        .map(({ object }) => object),
    );
    const packsNamed = loaded.adoptedPacks.length;
    const unreadable = [...loaded.unreadablePacks].map(([object, { what }]) => ({ object, what }));
    const claims = await findDamagedClaims({ ...this.#parts, loaded, listed: this.#listed, signal });
    refuseNewer(claims.flatMap(({ damage }) => damage ?? []));
    if (store !== undefined) await nameAdopted({ ...this.#parts, loaded }, signal);
    const salvage = new Salvage({ ...this.#parts, loaded, signal });
    const packs = await this.#salvageAll(salvage, [...unreadable, ...claims], store);
    await store?.finish();
    const sidecars = await this.#repairSidecars();
    loaded.claims.spoil(claims.map(({ object }) => object));
    const lost = await this.#lost(salvage);
    const seen = this.#seenDamaged(unseen);
    const hostsGo = lost.length === 0 ? claims : takenOut(claims, packs);
    const goes = [...unreadable.filter(({ object }) => seen.has(object)), ...hostsGo]
      .map(({ object }) => object)
      .filter((object) => this.#listed.has(object) && !loaded.index.isDoomed(object));
    const doomed = {
      packs: waitingFor.length === 0 ? goes : [],
      segments: segments.filter((segment) => seen.has(segment)),
    };
    loaded.assertWhole();
    await this.#doom(doomed, own);
    await record.flush();
    await record.close(this.#parts.storage);
    return {
      executed: store !== undefined,
      segments,
      packsNamed,
      packs,
      ...(sidecars !== undefined && { sidecars }),
      doomed: [...doomed.packs, ...doomed.segments],
      waitingFor,
      lost,
    };
  }

  /** Segments and packs that nobody can use, as the index was read last. */
  #damage(): readonly VaultDamagedError[] {
    return [...this.#loaded.damagedSegments.values(), ...this.#loaded.unreadablePacks.values()];
  }

  /** Those that are what they were at first, whenever they were read since: of the others nobody knows how sound they are. */
  #seenDamaged(unseen: ReadonlySet<string>): ReadonlySet<string> {
    const seen = this.#damage().filter((damage) => !isUnreadable(damage));
    return new Set(seen.map(({ object }) => object)).difference(unseen);
  }

  /** What cannot be restored whole. @throws {LocalIndexDamagedError} else what was not found may be there all the same */
  async #lost(salvage: Salvage): Promise<readonly LostPoint[]> {
    const { notes, points } = this.#parts;
    const { signal } = this.#options;
    const loaded = this.#loaded;
    const inTrash = new Set((await notes.trash.entries(signal)).map(({ point }) => point));
    const frames = new FrameReader({ ...this.#parts, loaded });
    const lost = await new FindLosses({ points, loaded, frames, salvage, inTrash, signal }).run();
    loaded.assertWhole();
    return await this.#named(lost);
  }

  /** Restore points that cannot be read, with what their receipts say of them. */
  async #named(lost: readonly LostPoint[]): Promise<readonly LostPoint[]> {
    if (!lost.some(({ isUnreadable }) => isUnreadable)) return lost;
    const machines = await this.#parts.receipts.machines(this.#options.signal);
    return lost.map((point) =>
      point.isUnreadable === true && machines.has(point.id)
        ? { ...point, machine: machines.get(point.id) }
        : point,
    );
  }

  /** A session that may not delete its lease says that it has ended, before the lease is listed here. */
  async #openLeases(own: string | undefined): Promise<readonly string[]> {
    const { storage } = this.#parts;
    const { signal } = this.#options;
    const ended = new Set<string>();
    for await (const { name } of storage.list(ENDED_PREFIX, { signal })) ended.add(name);
    const names: string[] = [];
    for await (const { name } of storage.list(LEASES_PREFIX, { signal })) {
      if (name !== own && !ended.has(endedName(name))) names.push(name);
    }
    return names;
  }

  /** Heads and footers; what verify read of the rest stands in notes. */
  async #checkPacks(record: DamageRecord): Promise<void> {
    const loaded = this.#loaded;
    const { signal } = this.#options;
    const parts = { ...this.#parts, index: loaded.index, ledger: this.#ledger, record, signal };
    await new PackCheck(parts).checkFooters();
    await record.flush();
    await loaded.refresh(signal); // what is in damaged frames may have other places
  }

  async #salvageAll(
    salvage: Salvage,
    unreadable: readonly { readonly object: string; readonly what: string }[],
    store: SalvageStore | undefined,
  ): Promise<readonly (SalvagedPack & { readonly what: string })[]> {
    const { index } = this.#loaded;
    // those that are doomed too: a prune that met the damage could not move what is needed of them
    const known = index
      .eachPack()
      .filter(({ object, isThere }) => isThere && index.isDamaged(object))
      .map(({ object }) => ({ object, what: this.#ledger.whatOf(object) ?? "it was found damaged before" }))
      .toArray();
    const named = new Set(known.map(({ object }) => object));
    const all = [...known, ...unreadable.filter(({ object }) => !named.has(object))];
    const totalBytes = all.reduce((sum, { object }) => sum + this.#listed.sizeOf(object), 0);
    let doneBytes = 0;
    const salvaged: (SalvagedPack & { readonly what: string })[] = [];
    for (const { object, what } of all) {
      throwIfInterrupted(this.#options.signal);
      const read = await this.#salvageOne(object, salvage, store);
      const isNews = read !== undefined && (read.chunks > 0 || !this.#loaded.index.isDoomed(object));
      if (isNews) salvaged.push({ ...read, what });
      doneBytes += this.#listed.sizeOf(object);
      this.#options.onProgress?.({ doneBytes, totalBytes });
    }
    return salvaged;
  }

  /** Undefined when a prune took it meanwhile. */
  async #salvageOne(
    object: string,
    salvage: Salvage,
    store: SalvageStore | undefined,
  ): Promise<SalvagedPack | undefined> {
    try {
      return await salvage.read(object, async (packClass, chunk) => {
        await store?.add(packClass, chunk);
      });
    } catch (error) {
      if (!(error instanceof VaultDamagedError && isGone(error))) throw error;
      return undefined;
    }
  }

  async #repairSidecars(): Promise<RepairReport["sidecars"]> {
    const { storage, engine } = this.#parts;
    const { signal, execute } = this.#options;
    const { index } = this.#loaded;
    const { sidecars } = engine;
    if (sidecars === undefined) return undefined;
    const isWanted = (pack: string): boolean => !index.isDoomed(pack);
    const packs = storage.list(PACKS_PREFIX, { signal });
    const report = await checkSidecars(packs, { storage, signal, isRead: true, isWanted });
    const made = execute === true ? await makeSidecars(report, { storage, signal, sidecars }) : 0;
    return { ...report, made };
  }

  /**
   * As a session that commits: with its lease, what was saved stays. When that went meanwhile, a prune may have taken what was saved
   * for a dead session's: the list is taken back if it did. @throws {VaultSessionLostError}
   */
  async #doom(
    goes: { readonly packs: readonly string[]; readonly segments: readonly string[] },
    own: OwnSession | undefined,
  ): Promise<void> {
    if (own === undefined || goes.packs.length + goes.segments.length === 0) return;
    const { notes } = this.#parts;
    if (!(await own.lease.isThere())) throw endedByPrune();
    this.#loaded.index.doom(goes.packs);
    const list = await notes.doom(goes);
    if ((await own.lease.isThere()) || (await this.#lasts(own.store))) return;
    await notes.doomed.strike(list);
    throw endedByPrune();
  }

  /** Whether all packs that were written are there, and not doomed. */
  async #lasts(store: SalvageStore): Promise<boolean> {
    const { notes } = this.#parts;
    const { index } = this.#loaded;
    for (const { packs } of await notes.doomedLists()) index.doom(packs);
    await outwaitListings(1, this.#parts);
    await this.#loaded.reconcile();
    return store.written.every((digest) => index.packsNamed(digest).some((pack) => index.lasts(pack)));
  }
}

function endedByPrune(): VaultSessionLostError {
  return new VaultSessionLostError("Cannot repair the vault: the repair's session was ended by a prune");
}

/** Packs that only hosts name, and of which everything that they say is in them was found: it is somewhere else now. */
function takenOut(
  claims: readonly DamagedClaim[],
  salvaged: readonly SalvagedPack[],
): readonly DamagedClaim[] {
  const frames = new Map(salvaged.map(({ object, framesRead }) => [object, framesRead]));
  return claims.filter(({ object, frameCount }) => (frames.get(object) ?? 0) >= frameCount);
}

/** What only a newer program can read is not damaged. @throws {VaultTooNewError} */
function refuseNewer(damage: readonly VaultDamagedError[]): void {
  for (const { cause } of damage) if (cause instanceof VaultTooNewError) throw cause;
}
