import type { Guid, RestorePointId } from "../base/index.ts";
import type { VaultKeys } from "./crypto/vault-keys.ts";
import { damageIn, PointAmbiguousError, VaultDamagedError, VaultTooNewError } from "./errors.ts";
import type { VaultConfig } from "./format/config-document.ts";
import { HostBook } from "./hosts/host-book.ts";
import { type ReadBackParts, type ReadBackReport, readBackClaims } from "./hosts/read-back.ts";
import { WriteOnlyAccess } from "./hosts/write-only-access.ts";
import { LoadedIndex } from "./index/load-index.ts";
import { KeySlots } from "./keys/key-slots.ts";
import { VaultAccess } from "./keys/vault-access.ts";
import { lockOf } from "./lock/lock-of.ts";
import type { RenewOptions, RenewReport } from "./lock/renew-locks.ts";
import { VaultLocks } from "./lock/vault-locks.ts";
import {
  type DamagedObject,
  type VerifyOptions,
  type VerifyReport,
  verifyVault,
} from "./maintenance/verify-vault.ts";
import { newEngine } from "./new-engine.ts";
import type { Engine } from "./pipeline/engine.ts";
import { FrameReader } from "./reading/frame-reader.ts";
import { StoredFileReader } from "./reading/stored-file-reader.ts";
import { PassingReceiptBook } from "./receipts/receipt-book.ts";
import { type ReceiptReport, Receipts } from "./receipts/receipts.ts";
import { assertMayDelete } from "./removal/assert-may-delete.ts";
import { tellDamage } from "./removal/known-damage.ts";
import { planRemoval, type RemovalPlan } from "./removal/plan-removal.ts";
import type { PruneOptions, PruneReport } from "./removal/prune-report.ts";
import { MOVE_BELOW, pruneVault } from "./removal/prune-vault.ts";
import { RemovalNotes } from "./removal/removal-notes.ts";
import { type RepairOptions, type RepairReport, repairVault } from "./repair/repair-vault.ts";
import { findPoint, isOfMachine } from "./restore-points/find-point.ts";
import { listDigests } from "./restore-points/list-digests.ts";
import { LocalDigests } from "./restore-points/local/local-digests.ts";
import { summaryIn, summaryOf } from "./restore-points/point-digest.ts";
import { PointStore } from "./restore-points/point-store.ts";
import type { RestorePoint, RestorePointSummary, StoredFile } from "./restore-points/restore-point.ts";
import { VaultSession } from "./sessions/vault-session.ts";
import type { VaultFacts, VaultOptions } from "./vault-options.ts";

/** What opening a vault found out. */
export interface OpenedVault {
  readonly config: VaultConfig;
  readonly masterKey: Uint8Array;
  readonly keys: VaultKeys;
  /** The id of the key slot that it was opened with. */
  readonly slot: string;
}

/** A restore point that is in the trash. */
export interface TrashedPoint {
  readonly id: RestorePointId;
  /** Then it may be deleted for good. */
  readonly until: Temporal.Instant;
  /** What it is; undefined when it cannot be read. */
  readonly point: RestorePointSummary | undefined;
}

/** The deduplicating encrypted store, open. Comes from `createVault` or `openVault`; whoever opened it disposes of it. */
export class Vault implements AsyncDisposable {
  readonly facts: VaultFacts;
  /** The key slots. */
  readonly keySlots: VaultAccess["list"] = async () => await this.#access.list();
  readonly unknownKeySlots: VaultAccess["unknown"] = async () => await this.#access.unknown();
  readonly addPassphrase: VaultAccess["addPassphrase"] = async (passphrase, options) =>
    await this.#access.addPassphrase(passphrase, options);
  readonly rotatePassphrase: VaultAccess["rotatePassphrase"] = async (passphrase, options) =>
    await this.#access.rotatePassphrase(passphrase, options);
  readonly addRecoveryKey: VaultAccess["addRecoveryKey"] = async () => await this.#access.addRecoveryKey();
  readonly addRecoveryShares: VaultAccess["addRecoveryShares"] = async (counts) =>
    await this.#access.addRecoveryShares(counts);
  readonly removeSlot: VaultAccess["removeSlot"] = async (id, options) =>
    await this.#access.removeSlot(id, options);
  /** The write-only hosts. */
  readonly hosts: WriteOnlyAccess["list"] = async () => await this.#writeOnly.list();
  readonly addHost: WriteOnlyAccess["add"] = async (name) => await this.#writeOnly.add(name);
  readonly endHost: WriteOnlyAccess["end"] = async (selector) => await this.#writeOnly.end(selector);
  /** One that was listed, without listing all again; undefined when it is gone. @throws {VaultDamagedError} */
  readonly readPoint: PointStore["readListed"] = async (point) => await this.#points.readListed(point);
  readonly #options: VaultOptions;
  readonly #opened: OpenedVault;
  readonly #engine: Engine;
  readonly #loaded: LoadedIndex;
  readonly #frames: FrameReader;
  readonly #notes: RemovalNotes;
  readonly #points: PointStore;
  readonly #localPoints: LocalDigests | undefined;
  readonly #receipts: Receipts;
  readonly #locks: VaultLocks;
  readonly #reliedOn = new Set<string>();
  readonly #slots: KeySlots;
  readonly #access: VaultAccess;
  readonly #hosts: HostBook;
  readonly #writeOnly: WriteOnlyAccess;
  #indexLoaded: Promise<void> | undefined;

  /** For `createVault` and `openVault` only. */
  constructor(options: VaultOptions, opened: OpenedVault) {
    const { storage } = options;
    const { config, keys } = opened;
    this.#options = options;
    this.#opened = opened;
    this.#engine = newEngine(options, opened);
    this.#loaded = new LoadedIndex({ storage, keys, local: options.localIndex });
    this.#frames = new FrameReader({ storage, keys, engine: this.#engine, loaded: this.#loaded });
    this.#notes = new RemovalNotes({ ...options, keys });
    this.#points = new PointStore({ ...options, keys, notes: this.#notes });
    const { localPoints } = options;
    if (localPoints !== undefined)
      this.#localPoints = new LocalDigests({
        ...options,
        keys,
        folder: localPoints,
        location: storage.location,
      });
    const receiptBook = options.receiptBook ?? new PassingReceiptBook();
    this.#receipts = new Receipts({ ...options, keys, book: receiptBook, points: this.#points });
    this.#locks = new VaultLocks({
      ...options,
      keys,
      lock: lockOf(config),
      engine: this.#engine,
      notes: this.#notes,
      points: this.#points,
      receipts: this.#receipts,
      local: options.localIndex,
    });
    this.#slots = new KeySlots(storage, config.id);
    const { masterKey, slot: openedWith } = opened;
    const slots = this.#slots;
    this.#access = new VaultAccess({ ...options, slots, vault: config.id, masterKey, openedWith });
    const book = new HostBook({ storage, keys });
    this.#hosts = book;
    const { chunkBytes } = config;
    const loaded = this.#loaded;
    this.#writeOnly = new WriteOnlyAccess({
      ...options,
      book,
      keys,
      chunkBytes,
      points: this.#points,
      loaded,
    });
    this.facts = {
      id: config.id,
      formatVersion: config.version,
      created: Temporal.Instant.from(config.created),
      chunkBytes: config.chunkBytes,
      hash: config.identity,
      location: storage.location,
    };
  }

  /** The id of the key slot that the vault was opened with. */
  get openedWith(): string {
    return this.#opened.slot;
  }

  /** Reads what hosts stored and nobody else has read yet; what is sound is used by everybody from then on. */
  async readBackHosts(signal?: AbortSignal): Promise<ReadBackReport> {
    await this.#loaded.refresh(signal);
    await this.#loaded.reconcile(signal);
    return await readBackClaims(this.#readBackParts(signal));
  }

  #readBackParts(signal: AbortSignal | undefined): ReadBackParts {
    const { storage, entropy } = this.#options;
    const { keys } = this.#opened;
    return { storage, entropy, keys, loaded: this.#loaded, frames: this.#frames, signal };
  }

  /** A writer. Several may be open at once, in several programs. The signal ends whatever the session does. */
  async openSession(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<VaultSession> {
    const { storage, clock, entropy } = this.#options;
    const { keys, config } = this.#opened;
    this.#engine.workers.warm();
    return await VaultSession.open(
      {
        storage,
        clock,
        entropy,
        keys,
        engine: this.#engine,
        loaded: this.#loaded,
        points: this.#points,
        notes: this.#notes,
        receipts: this.#receipts,
        onReliedOn: (packs) => {
          for (const pack of packs) this.#reliedOn.add(pack);
        },
        chunkBytes: config.chunkBytes,
      },
      options.signal,
    );
  }

  /**
   * Restore points, the newest last, one at a time; all, or those of one machine (by id or name). One that is damaged is
   * left out, and thrown when the others have been given, or told to `onDamaged`. With `mayBeKept` what was read once, by whatever
   * program of this machine, is not read again: then damage since is not seen. @throws {VaultDamagedError}
   */
  async *points(
    filter: {
      readonly machine?: Guid | string;
      readonly mayBeKept?: true | undefined;
      readonly onDamaged?: ((damage: VaultDamagedError) => void) | undefined;
    } = {},
  ): AsyncGenerator<RestorePointSummary> {
    let damage: VaultDamagedError | undefined;
    for await (const point of listDigests(this.#points, filter.mayBeKept && this.#localPoints)) {
      if (!(point instanceof VaultDamagedError)) {
        const summary = summaryIn(point);
        if (filter.machine === undefined || isOfMachine(summary, filter.machine)) yield summary;
      } else if (filter.onDamaged !== undefined) filter.onDamaged(point);
      else damage ??= point;
    }
    if (damage !== undefined) throw damage.cause instanceof VaultTooNewError ? damage.cause : damage;
  }

  /** By id, unique prefix of one, or `latest:` and a machine's name or id. @throws {PointNotFoundError} @throws {PointAmbiguousError} */
  async findPoint(selector: string): Promise<RestorePoint> {
    const list = (): ReturnType<typeof listDigests> => listDigests(this.#points, this.#localPoints);
    return await findPoint({ points: this.#points, list }, selector);
  }

  /** The files of a machine's newest restore point from that host, by path; empty when there is none. */
  async previousFiles(machine: Guid, host: string): Promise<ReadonlyMap<string, StoredFile>> {
    const names = await Array.fromAsync(this.#points.names());
    for (const name of names.toReversed()) {
      const point = await this.#readPoint(name);
      if (point === undefined || point instanceof VaultDamagedError || point.host.name !== host) continue;
      if (point.storedBy !== undefined) continue; // a write-only host says of itself what it likes
      if (point.machine.id.toLowerCase() !== machine.toLowerCase()) continue;
      return new Map(point.files.map((file) => [file.path, file]));
    }
    return new Map();
  }

  async openFile(file: StoredFile): Promise<StoredFileReader> {
    this.#engine.workers.warm();
    await this.#indexOnce();
    return new StoredFileReader(file, this.#frames.of(file.storedBy), {
      runsAtOnce: 2 * this.#engine.workers.size,
    });
  }

  /** Puts a restore point into the trash: nobody sees it any more, and until that moment it can be taken back. @throws {PointAmbiguousError} */
  async trash(point: RestorePointId, options: { readonly until: Temporal.Instant }): Promise<void> {
    await this.trashEach([point], options);
  }

  /**
   * The same for several. Nothing is put when one of them is of `sharedIds`, also because the other objects may go one day, and the one
   * that stays would be meant then. @throws {PointAmbiguousError}
   */
  async trashEach(
    points: readonly RestorePointId[],
    options: { readonly until: Temporal.Instant },
  ): Promise<void> {
    const shared = await this.sharedIds();
    const ambiguous = points.find((point) => shared.has(point));
    if (ambiguous !== undefined)
      throw new PointAmbiguousError(
        `Cannot remove restore point "${ambiguous}": several objects have this id`,
      );
    for (const point of points) await this.#notes.trash.put(point, options.until.epochMilliseconds);
  }

  /** Ids that several objects have, none of them a full-key holder's: nobody can say which is meant, so they stay. */
  async sharedIds(): Promise<ReadonlySet<RestorePointId>> {
    return await this.#points.sharedIds();
  }

  /** What is in the trash, and until when. */
  async trashed(): Promise<readonly TrashedPoint[]> {
    const until = new Map<RestorePointId, number>();
    for (const { point, untilMilliseconds } of await this.#notes.trash.entries()) {
      until.set(point, Math.min(until.get(point) ?? untilMilliseconds, untilMilliseconds));
    }
    const trashed: TrashedPoint[] = [];
    for await (const name of this.#points.allNames()) {
      const milliseconds = until.get(name.id);
      if (milliseconds === undefined) continue;
      const point = await this.#readPoint(name);
      if (point === undefined) continue; // a prune deleted it since it was listed
      trashed.push({
        id: name.id,
        until: Temporal.Instant.fromEpochMilliseconds(milliseconds),
        point: point instanceof VaultDamagedError ? undefined : summaryOf(point),
      });
    }
    return trashed;
  }

  /** Takes a restore point out of the trash; false when it is not in it. */
  async takeBack(point: RestorePointId): Promise<boolean> {
    const entries = (await this.#notes.trash.entries()).filter((entry) => entry.point === point);
    if (entries.length === 0) return false;
    await this.#locks.lockAgain(point);
    await this.#notes.trash.takeBack(point, entries);
    await this.#receipts.pointKept(point);
    return true;
  }

  /** What it would free when these restore points went, and what each of the others needs alone. Looks only. */
  async planRemoval(
    without: ReadonlySet<RestorePointId>,
    options: Pick<PruneOptions, "moveBelow" | "signal"> = {},
  ): Promise<RemovalPlan> {
    const { keys } = this.#opened;
    const parts = {
      storage: this.#options.storage,
      keys,
      engine: this.#engine,
      notes: this.#notes,
      points: this.#points,
      local: this.#options.localIndex,
    };
    const { moveBelow = MOVE_BELOW, signal } = options;
    return await planRemoval({ without, moveBelow, signal }, parts);
  }

  /** @throws {PruneDeniedError} when this credential may not delete, and so a prune could remove nothing */
  async assertMayDelete(): Promise<void> {
    await assertMayDelete(this.#options.storage, this.#options);
  }

  /** Removes what is due in the trash and what no restore point needs, beside anything else that runs. */
  async prune(options: PruneOptions = {}): Promise<PruneReport> {
    return await pruneVault(options, {
      ...this.#options,
      keys: this.#opened.keys,
      engine: this.#engine,
      notes: this.#notes,
      points: this.#points,
      receipts: this.#receipts,
      local: this.#options.localIndex,
    });
  }

  /**
   * Makes the locks longer of what restore points need; undefined in a vault without locks. Sessions of this vault that
   * committed are counted. @throws {VaultLockUnsupportedError}
   */
  async renewLocks(options: Pick<RenewOptions, "signal"> = {}): Promise<RenewReport | undefined> {
    return await this.#locks.renew({ ...options, reliedOn: this.#reliedOn });
  }

  /**
   * Shows again what plain deletes have hidden where versions are kept, and that a vault with locks deletes in another way:
   * somebody else did it. Gives the objects' names. @throws {VaultLockUnsupportedError}
   */
  async showHidden(signal?: AbortSignal): Promise<readonly string[]> {
    return await this.#locks.showHidden(signal);
  }

  /** Whether every restore point is there that was there, and that nobody removed who may. Reads receipts only. */
  async checkReceipts(signal?: AbortSignal): Promise<ReceiptReport> {
    return await this.#receipts.check(signal);
  }

  /** From now on what `checkReceipts()` finds wrong counts as removed. Gives what that was. */
  async acceptLoss(signal?: AbortSignal): Promise<ReceiptReport> {
    return await this.#receipts.accept(signal);
  }

  /** Makes again what is lost of the index, saves what can be read of damaged packs, and names what is lost. Without `execute` it only looks. */
  async repair(options: RepairOptions = {}): Promise<RepairReport> {
    return await repairVault(options, {
      ...this.#options,
      keys: this.#opened.keys,
      engine: this.#engine,
      notes: this.#notes,
      points: this.#points,
      receipts: this.#receipts,
      local: this.#options.localIndex,
    });
  }

  /** Writes down what was met damaged while files were read, so that the next backups store it again; false when nothing may be written. */
  async keepFindings(): Promise<boolean> {
    return await tellDamage(this.#loaded.takeFound(), this.#notes);
  }

  /** Looks for damage; finding some is a result, not an error. */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { storage, clock } = this.#options;
    if ((options.readDataPercent ?? 0) > 0) this.#engine.workers.warm();
    const untrue: DamagedObject[] = [];
    for await (const { object, what } of this.#hosts.unreadable(options.signal))
      untrue.push({ object, what, points: [], machines: [] });
    const report = await verifyVault(options, {
      readBack: async (signal) => (await readBackClaims(this.#readBackParts(signal))).damaged,
      storage,
      clock,
      keys: this.#opened.keys,
      engine: this.#engine,
      loaded: this.#loaded,
      frames: this.#frames,
      points: this.#points,
      notes: this.#notes,
      slots: this.#slots,
      receipts: this.#receipts,
    });
    return { ...report, damaged: [...untrue, ...report.damaged] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#loaded.close();
    await this.#engine[Symbol.asyncDispose]();
  }

  async #indexOnce(): Promise<void> {
    this.#indexLoaded ??= this.#loadIndex();
    try {
      await this.#indexLoaded;
    } catch (error) {
      this.#indexLoaded = undefined;
      throw error;
    }
  }

  /** What is known to be damaged first: then chunks are read from their other places. */
  async #loadIndex(): Promise<void> {
    for (const { packs } of await this.#notes.damageNotes()) this.#loaded.heed(packs);
    await this.#loaded.refresh();
  }

  /** Undefined when it is gone, damage as a value. */
  async #readPoint(
    name: Parameters<PointStore["read"]>[0],
  ): Promise<RestorePoint | VaultDamagedError | undefined> {
    try {
      return await this.#points.readIfThere(name);
    } catch (error) {
      return damageIn(error);
    }
  }
}
