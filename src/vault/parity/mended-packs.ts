import { type Storage, StorageObjectTruncatedError } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { PACKS_PREFIX } from "../format/object-names.ts";
import { mendFromSidecar } from "./mend-from-sidecar.ts";

/** Each is some tens of MiB. */
const PACKS_KEPT = 2;

type GetOptions = NonNullable<Parameters<Storage["get"]>[1]>;

/** A vault's objects, packs as their sidecars give them back. Nothing is stored. Holds the packs that were mended last. */
export class MendedPacks implements Pick<Storage, "get"> {
  readonly #storage: Storage;
  readonly #mended = new Map<string, Promise<Uint8Array | undefined>>();
  /** There is no sidecar for them, or it does not help. */
  readonly #beyond = new Set<string>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async get(name: string, options: GetOptions = {}): Promise<Uint8Array> {
    const pack = name.startsWith(PACKS_PREFIX) ? await this.#pack(name, options.signal) : undefined;
    if (pack === undefined) return await this.#storage.get(name, options);
    const { offset = 0, length = pack.length - offset } = options;
    if (offset + length > pack.length)
      throw new StorageObjectTruncatedError(`Cannot read ${length} bytes at ${offset} of "${name}": it ends`);
    return pack.slice(offset, offset + length);
  }

  async #pack(name: string, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    if (this.#beyond.has(name)) return undefined;
    const mending = this.#mended.get(name) ?? this.#mend(name, signal);
    this.#mended.delete(name);
    this.#mended.set(name, mending);
    for (const oldest of this.#mended.keys()) {
      if (this.#mended.size <= PACKS_KEPT) break;
      this.#mended.delete(oldest);
    }
    try {
      const pack = await mending;
      if (pack === undefined) this.#forget(name);
      return pack;
    } catch (error) {
      this.#forget(name);
      if (error instanceof VaultDamagedError) return undefined;
      throw error;
    }
  }

  #forget(name: string): void {
    this.#mended.delete(name);
    this.#beyond.add(name);
  }

  async #mend(name: string, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    const found = await this.#storage.stat(name, { signal });
    return found === undefined ? undefined : await mendFromSidecar(found, { storage: this.#storage, signal });
  }
}
