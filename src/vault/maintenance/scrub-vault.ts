import { createHash } from "node:crypto";
import { forEachBounded, hexFromBytes, MIB, throwIfInterrupted } from "../../base/index.ts";
import type { Storage, StoredObject } from "../../storage/index.ts";
import { VaultDamagedError, VaultNotFoundError } from "../errors.ts";
import {
  CONFIG_NAME,
  digestFromName,
  INDEX_PREFIX,
  KEYS_PREFIX,
  PACKS_PREFIX,
} from "../format/object-names.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";
import type { DamagedObject } from "./damage-ledger.ts";

const READ_BYTES: number = 4 * MIB;
const OBJECTS_AT_ONCE = 4;

export interface ScrubOptions {
  readonly storage: Storage;
  readonly signal?: AbortSignal | undefined;
  /** Told while objects are read. */
  readonly onProgress?:
    | ((progress: { readonly doneBytes: number; readonly totalBytes: number }) => void)
    | undefined;
}

export interface ScrubReport {
  /** Objects whose bytes were held against their names. */
  readonly objects: number;
  readonly bytes: number;
  /** Which restore points need them cannot be said without a key. */
  readonly damaged: readonly Pick<DamagedObject, "object" | "what">[];
}

/**
 * Reads every object that is named by the SHA-256 of its bytes (packs, segments, key slots) and compares: without a passphrase,
 * by anybody who can read the storage. Restore points have random names; `verify` looks at them.
 * @throws {VaultNotFoundError}
 */
export async function scrubVault(options: ScrubOptions): Promise<ScrubReport> {
  const { storage, signal, onProgress } = options;
  if ((await storage.stat(CONFIG_NAME, { signal })) === undefined) {
    throw new VaultNotFoundError(`Cannot scrub "${storage.location}": what is there is no vault`);
  }
  const totalBytes = await totalOf(storage, signal);
  const damaged: { object: string; what: string }[] = [];
  let objects = 0;
  let doneBytes = 0;
  const check = async (object: StoredObject): Promise<void> => {
    try {
      await scrubObject(object, { storage, signal });
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      if (isGone(error)) return; // a prune took it since it was listed
      damaged.push({ object: error.object, what: error.what });
    }
    objects++;
    doneBytes += object.sizeBytes;
    onProgress?.({ doneBytes, totalBytes: Math.max(totalBytes, doneBytes) });
  };
  await forEachBounded(namedByContent(storage, signal), check, { limit: OBJECTS_AT_ONCE, signal });
  return { objects, bytes: doneBytes, damaged: damaged.toSorted((a, b) => (a.object < b.object ? -1 : 1)) };
}

async function totalOf(storage: Storage, signal: AbortSignal | undefined): Promise<number> {
  let bytes = 0;
  for await (const { sizeBytes } of namedByContent(storage, signal)) bytes += sizeBytes;
  return bytes;
}

async function* namedByContent(
  storage: Storage,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredObject> {
  for (const prefix of [KEYS_PREFIX, INDEX_PREFIX, PACKS_PREFIX]) {
    for await (const object of storage.list(prefix, { signal })) {
      if (digestFromName(object.name) !== undefined) yield object;
    }
  }
}

/** In pieces: an object may be larger than memory should be. */
async function scrubObject(
  { name, sizeBytes }: StoredObject,
  { storage, signal }: Pick<ScrubOptions, "storage" | "signal">,
): Promise<void> {
  const digest = createHash("sha256");
  for (let offset = 0; offset < sizeBytes; offset += READ_BYTES) {
    throwIfInterrupted(signal);
    const length = Math.min(READ_BYTES, sizeBytes - offset);
    digest.update(await getOrDamaged(storage, name, { offset, length, signal }));
  }
  if (!name.endsWith(hexFromBytes(digest.digest()))) {
    throw new VaultDamagedError(name, "its bytes are not those that it is named for");
  }
}
