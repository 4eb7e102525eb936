import { createHash, hash } from "node:crypto";
import {
  type Clock,
  type Entropy,
  hexFromBytes,
  InternalError,
  parseRestorePointId,
  type RestorePointId,
} from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import { openPoint, sealPoint } from "../crypto/sealed-object.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { FORMAT_VERSION } from "../format/layout.ts";
import { POINTS_PREFIX, pointFromName, pointName } from "../format/object-names.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";
import type { RemovalNotes } from "../removal/removal-notes.ts";
import type { RestorePoint, RestorePointDraft } from "./restore-point.ts";

export interface PointStoreOptions {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Says which restore points are in the trash. */
  readonly notes: RemovalNotes;
}

/** Which restore points there are, without looking into them. */
export interface PointName {
  readonly id: RestorePointId;
  readonly object: string;
}

/** What a receipt says of a restore point. */
export interface DescribedPoint {
  readonly object: string;
  /** SHA-256 of the object's bytes, in hexadecimal. */
  readonly sha256: string;
  readonly machine: { readonly id: string; readonly name: string };
}

/** Restore points as objects in the storage. */
export class PointStore {
  readonly #options: PointStoreOptions;
  readonly #keyring: SessionKeyring;

  constructor(options: PointStoreOptions) {
    this.#options = options;
    this.#keyring = new SessionKeyring(options.keys);
  }

  /** The commit: the restore point exists when this resolves. Everything that it names is durable before. */
  async write(
    draft: RestorePointDraft,
  ): Promise<{ readonly point: RestorePoint; readonly described: DescribedPoint }> {
    const { storage, keys, clock, entropy } = this.#options;
    const id = parseRestorePointId(hexFromBytes(entropy.bytes(16)));
    if (id === undefined) throw new InternalError("Cannot name a restore point: 16 bytes are no id");
    const milliseconds = clock.now().epochMilliseconds;
    const time = Temporal.Instant.fromEpochMilliseconds(milliseconds).toString();
    const bytes = draft.files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const document = { version: FORMAT_VERSION, ...draft, id, time, bytes, vault: keys.vault };
    const plain = new TextEncoder().encode(JSON.stringify(document));
    const object = pointName(milliseconds, id);
    const parts = sealPoint(plain, keys, entropy);
    const digest = createHash("sha256");
    for (const part of parts) digest.update(part);
    await storage.put(object, parts);
    return { point: document, described: { object, sha256: digest.digest("hex"), machine: draft.machine } };
  }

  /** Absent already is fine. */
  async delete(point: Pick<RestorePoint, "id" | "time">): Promise<void> {
    const milliseconds = Temporal.Instant.from(point.time).epochMilliseconds;
    await this.#options.storage.delete(pointName(milliseconds, point.id));
  }

  /** Those that are not in the trash, oldest first. */
  async *names(): AsyncGenerator<PointName> {
    const inTrash = new Set((await this.#options.notes.trashEntries()).map(({ point }) => point));
    for await (const name of this.allNames()) if (!inTrash.has(name.id)) yield name;
  }

  /** All there are, those in the trash too, oldest first. */
  async *allNames(): AsyncGenerator<PointName> {
    for await (const { name } of this.#options.storage.list(POINTS_PREFIX)) {
      const found = pointFromName(name);
      if (found !== undefined) yield { id: found.id, object: name };
    }
  }

  /** Undefined when it is gone. @throws {VaultDamagedError} */
  async readIfThere(name: PointName): Promise<RestorePoint | undefined> {
    try {
      return await this.read(name);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  /** What a receipt says of a restore point that is there; undefined when it is gone or damaged. */
  async describe(object: string): Promise<DescribedPoint | undefined> {
    try {
      const bytes = await getOrDamaged(this.#options.storage, object);
      const { machine } = this.#open(bytes, object);
      return { object, sha256: hash("sha256", bytes), machine };
    } catch (error) {
      if (error instanceof VaultDamagedError) return undefined;
      throw error;
    }
  }

  /** @throws {VaultDamagedError} */
  async read({ object }: PointName): Promise<RestorePoint> {
    return this.#open(await getOrDamaged(this.#options.storage, object), object);
  }

  #open(sealed: Uint8Array, object: string): RestorePoint {
    const { keys } = this.#options;
    const plain = openPoint(sealed, object, { keys, keyring: this.#keyring });
    const document = JSON.parse(new TextDecoder().decode(plain)) as RestorePoint;
    const named = pointFromName(object);
    const milliseconds = Temporal.Instant.from(document.time).epochMilliseconds;
    if (document.id !== named?.id || milliseconds !== named.milliseconds) {
      throw new VaultDamagedError(object, "it is another restore point than its name says");
    }
    return document;
  }
}
