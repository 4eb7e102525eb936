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
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import type { RestorePoint, RestorePointDraft } from "./restore-point.ts";

export interface PointStoreOptions {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Which restore points there are, without looking into them. */
export interface PointName {
  readonly id: RestorePointId;
  readonly object: string;
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
  async write(draft: RestorePointDraft): Promise<RestorePoint> {
    const { storage, keys, clock, entropy } = this.#options;
    const id = parseRestorePointId(hexFromBytes(entropy.bytes(16)));
    if (id === undefined) throw new InternalError("Cannot name a restore point: 16 bytes are no id");
    const milliseconds = clock.now().epochMilliseconds;
    const time = Temporal.Instant.fromEpochMilliseconds(milliseconds).toString();
    const bytes = draft.files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const document = { version: FORMAT_VERSION, ...draft, id, time, bytes, vault: keys.vault };
    const plain = new TextEncoder().encode(JSON.stringify(document));
    await storage.put(pointName(milliseconds, id), sealPoint(plain, keys, entropy));
    return document;
  }

  /** All there are, oldest first. */
  async *names(): AsyncGenerator<PointName> {
    for await (const { name } of this.#options.storage.list(POINTS_PREFIX)) {
      const found = pointFromName(name);
      if (found !== undefined) yield { id: found.id, object: name };
    }
  }

  /** @throws {VaultDamagedError} */
  async read({ object }: PointName): Promise<RestorePoint> {
    const { storage, keys } = this.#options;
    const sealed = await getOrDamaged(storage, object);
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
