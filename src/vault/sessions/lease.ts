import type { Clock } from "../../base/index.ts";
import { type Storage, StorageDeniedError, StorageError } from "../../storage/index.ts";
import { VaultSessionLostError } from "../errors.ts";
import { endedName, leaseName } from "../format/object-names.ts";

/**
 * Says that a session is open: prune takes nothing that it may rely on while its lease is there, and ends a session by
 * taking its lease away. docs/vault-format.md 9.5 and 10.
 */
export class Lease implements AsyncDisposable {
  readonly #storage: Storage;
  readonly #name: string;

  private constructor(storage: Storage, name: string) {
    this.#storage = storage;
    this.#name = name;
  }

  static async open(storage: Storage, clock: Clock, session: Uint8Array): Promise<Lease> {
    const name = leaseName(clock.now().epochMilliseconds, session);
    await storage.put(name, []);
    return new Lease(storage, name);
  }

  /** The object's name. */
  get name(): string {
    return this.#name;
  }

  /** Whether nobody took it away. */
  async isThere(): Promise<boolean> {
    return (await this.#storage.stat(this.#name)) !== undefined;
  }

  /** @throws {VaultSessionLostError} when somebody took it away. */
  async check(): Promise<void> {
    if (await this.isThere()) return;
    throw new VaultSessionLostError("Cannot commit the restore point: the session's lease is gone");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#storage.delete(this.#name);
    } catch (error) {
      if (!(error instanceof StorageDeniedError)) throw error;
      await this.#sayEnded(); // who may only add leaves the lease to prune
    }
  }

  async #sayEnded(): Promise<void> {
    try {
      await this.#storage.put(endedName(this.#name), []);
    } catch (error) {
      // then prune finds the lease too old one day
      if (!(error instanceof StorageError)) throw error;
    }
  }
}
