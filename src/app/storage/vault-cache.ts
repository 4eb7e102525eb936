import { createHash } from "node:crypto";
import { join } from "node:path";
import { MIB } from "../../base/index.ts";
import { CachingStorage, ObjectCache, type Storage } from "../../storage/index.ts";
import { digestFromName } from "../../vault/index.ts";
import { environment, stateFolder } from "../config/index.ts";
import { StateFolderError, UsageError } from "../errors.ts";
import type { World } from "../world.ts";

const DEFAULT_BYTES = 1024 * MIB;
/** What each opening reads and nobody ever changes. Leases, notes about removal and the config are always the store's. */
const KEPT = /^(points|index|keys)\//;

export interface VaultCacheOptions {
  readonly world: World;
  /** The copies lie below it. @default the system's place for state */
  readonly stateDir?: string | undefined;
}

/**
 * Puts copies of a distant vault's small objects, sealed as they are, below the state folder. Each place has a folder of
 * its own; names are unique, so a vault that is made anew at a place meets no copies of the old one. STILLPOINT_CACHE
 * says how much is kept, or `off`. @throws {UsageError}
 */
export async function withVaultCache(storage: Storage, options: VaultCacheOptions): Promise<Storage> {
  await using opening = new AsyncDisposableStack();
  opening.use(storage);
  const limitBytes = limitFrom(environment("STILLPOINT_CACHE"));
  const kept = limitBytes === 0 ? storage : await cached(storage, limitBytes, options);
  opening.move();
  return kept;
}

async function cached(
  storage: Storage,
  limitBytes: number,
  { world, stateDir }: VaultCacheOptions,
): Promise<Storage> {
  const place = createHash("sha256").update(storage.location).digest("hex").slice(0, 32);
  let state: string;
  try {
    state = await stateFolder(stateDir);
  } catch (error) {
    if (error instanceof StateFolderError) return storage; // whoever needs the folder for more says so
    throw error;
  }
  const cache = new ObjectCache({ folder: join(state, "cache", place, "objects"), limitBytes, ...world });
  return new CachingStorage(storage, { cache, isKept: (name) => KEPT.test(name), digestOf: digestFromName });
}

function limitFrom(text: string | undefined): number {
  if (text === undefined) return DEFAULT_BYTES;
  if (text === "off") return 0;
  const parts = /^(\d{1,6})(MiB|GiB)$/.exec(text);
  if (parts === null) {
    throw new UsageError(
      `Cannot keep copies of a vault's objects: STILLPOINT_CACHE is "${text}", wanted off or a size such as 512MiB`,
    );
  }
  return Number(parts[1]) * (parts[2] === "GiB" ? 1024 : 1) * MIB;
}
