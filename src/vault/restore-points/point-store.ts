import { hash } from "node:crypto";
import { type Clock, type Entropy, hexFromBytes, type RestorePointId } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import { openPoint } from "../crypto/sealed-object.ts";
import { isFullKeyWriter, type VaultKeys } from "../crypto/vault-keys.ts";
import { damageIn, VaultDamagedError } from "../errors.ts";
import { SealedHeader } from "../format/layout.ts";
import { POINTS_PREFIX, pointFromName, pointName } from "../format/object-names.ts";
import { VaultHostEndedError } from "../hosts/errors.ts";
import { HostBook } from "../hosts/host-book.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";
import type { RemovalNotes } from "../removal/removal-notes.ts";
import { type PointDigest, summaryOf } from "./point-digest.ts";
import { readPointDocument } from "./point-document.ts";
import type { PointName } from "./point-name.ts";
import type { RestorePoint, RestorePointDraft } from "./restore-point.ts";
import { type SettledNames, settleIds } from "./settle-ids.ts";
import { type DescribedPoint, deletePoint, type WrittenPoint, writePoint } from "./write-point.ts";

export type { PointName } from "./point-name.ts";

export interface PointStoreOptions {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Says which restore points are in the trash. */
  readonly notes: RemovalNotes;
}

export interface HashedPoint {
  readonly point: RestorePoint;
  /** Of the object's bytes, in hexadecimal. */
  readonly sha256: string;
}

/** A restore point as it was opened, before anybody asked whether it counts. */
interface OpenedPoint {
  readonly point: RestorePoint;
  readonly sealed: Uint8Array;
  /** The write-only host that put it: 32 hexadecimal digits. */
  readonly host: string | undefined;
}

/** Restore points as objects in the storage. */
export class PointStore {
  readonly #options: PointStoreOptions;
  readonly #keyring: SessionKeyring;
  readonly #hosts: HostBook;

  constructor(options: PointStoreOptions) {
    this.#options = options;
    this.#keyring = new SessionKeyring(options.keys);
    this.#hosts = new HostBook(options);
  }

  /** The commit: the restore point exists when this resolves. Everything that it names is durable before. */
  async write(draft: RestorePointDraft): Promise<WrittenPoint> {
    return await writePoint(draft, this.#options);
  }

  /** Absent already is fine. */
  async delete(point: Pick<RestorePoint, "id" | "time">): Promise<void> {
    await deletePoint(point, this.#options.storage);
  }

  /** Those that are not in the trash, oldest first. */
  async *names(): AsyncGenerator<PointName> {
    const inTrash = new Set((await this.#options.notes.trash.entries()).map(({ point }) => point));
    for await (const name of this.allNames()) if (name.isShared || !inTrash.has(name.id)) yield name;
  }

  /** All there are, those in the trash too, oldest first. */
  async *allNames(): AsyncGenerator<PointName> {
    yield* (await this.#settled()).names;
  }

  /** What several objects have as their id, of which no full-key holder put one. */
  async sharedIds(): Promise<ReadonlySet<RestorePointId>> {
    return new Set((await this.#settled()).names.filter(({ isShared }) => isShared).map(({ id }) => id));
  }

  /** Objects that somebody put under the id of a full-key holder's restore point: they do not count. */
  async impostors(): Promise<readonly string[]> {
    return (await this.#settled()).impostors;
  }

  async #settled(): Promise<SettledNames> {
    this.#hosts.forget(); // a host's key may have been taken away since they were listed the last time
    const names: PointName[] = [];
    for await (const { name, sizeBytes } of this.#options.storage.list(POINTS_PREFIX)) {
      const found = pointFromName(name);
      if (found !== undefined) names.push({ id: found.id, object: name, sizeBytes });
    }
    return await settleIds(names, async (object) => await this.#isFullKeyHolders(object));
  }

  /** Whether it is whole, and no host put it. */
  async #isFullKeyHolders(object: string): Promise<boolean> {
    try {
      return (await this.#opened(object)).host === undefined;
    } catch (error) {
      damageIn(error);
      return false;
    }
  }

  /** Undefined when it is gone, or of a host whose key was taken away before. @throws {VaultDamagedError} */
  async readIfThere(name: Pick<PointName, "object">): Promise<RestorePoint | undefined> {
    try {
      return await this.read(name);
    } catch (error) {
      if (isGone(error) || error instanceof VaultHostEndedError) return undefined;
      throw error;
    }
  }

  /** The same for one of which a list told. */
  async readListed({ id, time }: Pick<RestorePoint, "id" | "time">): Promise<RestorePoint | undefined> {
    return await this.readIfThere({ object: pointName(Temporal.Instant.from(time).epochMilliseconds, id) });
  }

  /** What a receipt says of a restore point that is there, and the write-only host that put it; undefined when it is gone or damaged. */
  async describe(
    object: string,
  ): Promise<{ readonly described: DescribedPoint; readonly host: string | undefined } | undefined> {
    try {
      const opened = this.#open(await getOrDamaged(this.#options.storage, object), object);
      await this.#assertCounts(opened, object);
      const { point, sealed, host } = opened;
      return { described: { object, sha256: hash("sha256", sealed), machine: point.machine }, host };
    } catch (error) {
      if (error instanceof VaultDamagedError || error instanceof VaultHostEndedError) return undefined;
      throw error;
    }
  }

  /** @throws {VaultDamagedError} @throws {VaultHostEndedError} */
  async read(name: Pick<PointName, "object">): Promise<RestorePoint> {
    return (await this.readHashed(name)).point;
  }

  /** The same, with the SHA-256 of the object's bytes. @throws {VaultDamagedError} @throws {VaultHostEndedError} */
  async readHashed({ object }: Pick<PointName, "object">): Promise<HashedPoint> {
    const opened = await this.#opened(object);
    await this.#assertCounts(opened, object);
    const { point, host } = opened;
    const sha256 = hash("sha256", opened.sealed);
    if (host === undefined) return { point, sha256 };
    const files = point.files.map((file) => ({ ...file, storedBy: host }));
    return { point: { ...point, storedBy: host, files }, sha256 };
  }

  /** What a list shows of it, whether it counts or not. Undefined when it is gone. @throws {VaultDamagedError} */
  async digest({ object }: Pick<PointName, "object">): Promise<PointDigest | undefined> {
    try {
      const { point, sealed, host } = await this.#opened(object);
      const digest = { object, sizeBytes: sealed.length, summary: summaryOf(point) };
      return host === undefined ? digest : { ...digest, host, sha256: hash("sha256", sealed) };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  /** Whether it counts: a host's key may have been taken away since it was read. */
  async counts({ object, host, sha256 }: PointDigest): Promise<boolean> {
    if (host === undefined) return true;
    return sha256 !== undefined && (await this.#hosts.countsPoint(host, { object, sha256 }));
  }

  /** @throws {VaultDamagedError} */
  async #opened(object: string): Promise<OpenedPoint> {
    const { storage } = this.#options;
    try {
      return this.#open(await getOrDamaged(storage, object), object);
    } catch (error) {
      if (!(error instanceof VaultDamagedError) || isGone(error)) throw error;
      return this.#open(await getOrDamaged(storage, object, { fresh: true }), object); // it may have been a copy
    }
  }

  #open(sealed: Uint8Array, object: string): OpenedPoint {
    const { keys } = this.#options;
    const plain = openPoint(sealed, object, { keys, keyring: this.#keyring });
    const { writer } = SealedHeader.decode(sealed);
    const point = readPointDocument(plain, object);
    const named = pointFromName(object);
    const milliseconds = Temporal.Instant.from(point.time).epochMilliseconds;
    const isNamed = point.id === named?.id && milliseconds === named.milliseconds;
    if (!isNamed || point.vault !== keys.vault) {
      throw new VaultDamagedError(object, "it is another restore point than its name says");
    }
    return { point, sealed, host: isFullKeyWriter(writer) ? undefined : hexFromBytes(writer) };
  }

  /** @throws {VaultHostEndedError} */
  async #assertCounts({ sealed, host }: OpenedPoint, object: string): Promise<void> {
    if (host === undefined) return;
    const sha256 = hash("sha256", sealed);
    if (!(await this.#hosts.countsPoint(host, { object, sha256 })))
      throw new VaultHostEndedError(object, host);
  }
}
