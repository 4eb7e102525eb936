import type { Clock, Entropy } from "../../base/index.ts";
import { throwIfInterrupted } from "../../base/index.ts";
import { type Storage, StorageDeniedError, StorageLockedError } from "../../storage/index.ts";
import { openRemoval, sealRemoval } from "../crypto/sealed-object.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { CONTENT, FORMAT_VERSION } from "../format/layout.ts";
import { RENEWED_PREFIX, renewedFromName, renewedName } from "../format/object-names.ts";
import { PackSizes } from "../index/pack-sizes.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";

export interface RenewalNotesParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** What was renewed in a generation. */
export interface Renewed {
  readonly objects: PackSizes;
  /** Whether everything that restore points needed then was. */
  readonly isComplete: boolean;
}

interface RenewalNote {
  readonly objects: readonly string[];
  readonly complete: boolean;
}

/** The vault's objects that say which locks were renewed: so nobody asks for each object, nor renews it twice. */
export class RenewalNotes {
  readonly #parts: RenewalNotesParts;

  constructor(parts: RenewalNotesParts) {
    this.#parts = parts;
  }

  async add(until: Temporal.Instant, note: RenewalNote): Promise<void> {
    const { storage, entropy } = this.#parts;
    const name = renewedName(until.epochMilliseconds, entropy.bytes(16));
    const plain = JSON.stringify({ version: FORMAT_VERSION, object: name, ...note });
    await storage.put(name, sealRemoval(new TextEncoder().encode(plain), CONTENT.renewal, this.#parts));
  }

  /** What was renewed until then. Notes of generations that are over are deleted where that is allowed. */
  async read(until: Temporal.Instant, signal?: AbortSignal): Promise<Renewed> {
    const { storage } = this.#parts;
    const objects = new PackSizes();
    let isComplete = false;
    const old: string[] = [];
    for await (const { name } of storage.list(RENEWED_PREFIX, { signal })) {
      throwIfInterrupted(signal);
      const milliseconds = renewedFromName(name);
      if (milliseconds !== undefined && milliseconds < until.epochMilliseconds) old.push(name);
      if (milliseconds !== until.epochMilliseconds) continue;
      const note = await this.#open(name, signal);
      for (const object of note?.objects ?? []) objects.set(object, 0);
      isComplete ||= note?.complete === true;
    }
    await this.#forget(old);
    return { objects, isComplete };
  }

  /** Undefined for one that is gone, or cannot be read: then its objects are renewed once more. */
  async #open(name: string, signal: AbortSignal | undefined): Promise<RenewalNote | undefined> {
    const { storage, keys } = this.#parts;
    try {
      const bytes = await getOrDamaged(storage, name, { signal });
      const plain = openRemoval(bytes, name, { keys, content: CONTENT.renewal });
      const note = JSON.parse(new TextDecoder().decode(plain)) as RenewalNote & { readonly object: string };
      return note.object === name ? note : undefined;
    } catch (error) {
      if (!(error instanceof VaultDamagedError) && !isGone(error)) throw error;
      return undefined;
    }
  }

  async #forget(names: readonly string[]): Promise<void> {
    for (const name of names) {
      try {
        await this.#parts.storage.delete(name);
      } catch (error) {
        if (error instanceof StorageDeniedError) return; // they wait for somebody who may
        if (!(error instanceof StorageLockedError)) throw error; // by the bucket: nobody needs them to go
      }
    }
  }
}
