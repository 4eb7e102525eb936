import { type Clock, type Entropy, hexFromBytes } from "../../base/index.ts";
import { type Storage, StorageObjectMissingError, StorageObjectTruncatedError } from "../../storage/index.ts";
import { openRemoval, type RemovalContent, sealRemoval } from "../crypto/sealed-object.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { SealedHeader } from "../format/layout.ts";

export interface SealedNotesOptions {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** A note with what tells this one apart from any other that says the same. */
export interface SealedNote<T> {
  readonly note: T;
  /** Of its header: 64 hexadecimal digits. */
  readonly seed: string;
}

/** Notes about removal as objects: docs/vault-format.md 10.1. */
export class SealedNotes {
  readonly #options: SealedNotesOptions;

  constructor(options: SealedNotesOptions) {
    this.#options = options;
  }

  /** @throws {StorageObjectExistsError} */
  async put(name: string, content: RemovalContent, note: object): Promise<void> {
    const plain = new TextEncoder().encode(JSON.stringify({ version: 1, object: name, ...note }));
    await this.#options.storage.put(name, sealRemoval(plain, content, this.#options));
  }

  /**
   * Undefined when it is gone. What does not open is read once more, and whole: then it says nothing that a full-key holder
   * sealed, whatever the store does with single calls.
   * @throws {VaultDamagedError} @throws {StorageObjectTruncatedError} when the store gives less of it than it says there is
   */
  async get<T extends object>(name: string, content: RemovalContent): Promise<T | undefined> {
    return (await this.getSealed<T>(name, content))?.note;
  }

  /** The same, with its seed. @throws {VaultDamagedError} @throws {StorageObjectTruncatedError} */
  async getSealed<T extends object>(
    name: string,
    content: RemovalContent,
  ): Promise<SealedNote<T> | undefined> {
    const { storage } = this.#options;
    try {
      try {
        return this.#open(await storage.get(name), name, content) as SealedNote<T>;
      } catch (error) {
        if (!(error instanceof VaultDamagedError)) throw error;
        const there = await storage.stat(name);
        if (there === undefined) return undefined;
        const bytes = await storage.get(name, { fresh: true });
        if (bytes.length < there.sizeBytes) throw readInPart(name, bytes.length, there.sizeBytes);
        return this.#open(bytes, name, content) as SealedNote<T>;
      }
    } catch (error) {
      if (error instanceof StorageObjectMissingError) return undefined;
      throw error;
    }
  }

  #open(bytes: Uint8Array, name: string, content: RemovalContent): SealedNote<object> {
    const plain = openRemoval(bytes, name, { keys: this.#options.keys, content });
    const told = JSON.parse(new TextDecoder().decode(plain)) as Record<string, unknown>;
    const { object, version, ...note } = told;
    if (object !== name || version !== 1) {
      throw new VaultDamagedError(name, "it holds something else than its name says");
    }
    return { note, seed: hexFromBytes(SealedHeader.decode(bytes).seed) };
  }
}

function readInPart(name: string, got: number, wanted: number): StorageObjectTruncatedError {
  return new StorageObjectTruncatedError(
    `Cannot read "${name}": the store gave ${got} of its ${wanted} bytes`,
  );
}
