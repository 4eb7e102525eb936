import { forEachBounded } from "../../base/index.ts";
import type { StoredObject } from "../../storage/index.ts";
import { digestFromName, PARITY_PREFIX, packOfParity, parityName } from "../format/object-names.ts";
import { readSidecar, type SidecarPlace } from "./mend-from-sidecar.ts";
import { decodeSidecar, isWhole, sidecarBytesOf } from "./sidecar.ts";

/** Packs without the sidecar that they should have: names. No data is lost. */
export interface SidecarReport {
  readonly missing: readonly string[];
  readonly damaged: readonly string[];
}

const READS_AT_ONCE = 4;
/** What runs beside a check puts or takes a few packs; where more have no sidecar, that is not why. */
const MOST_LOOKED_FOR = 256;

/**
 * Looks for the sidecars of these packs, which come as a storage lists them, in the order of their names, and of which those count that
 * `isWanted` takes; reads each sidecar only when asked to. Both lists are followed side by side: what is held in memory is what is found.
 */
export async function checkSidecars(
  packs: AsyncIterable<StoredObject>,
  place: SidecarPlace & {
    readonly isRead: boolean;
    readonly isWanted?: ((pack: string) => boolean) | undefined;
  },
): Promise<SidecarReport> {
  const { storage, signal, isRead, isWanted } = place;
  const missing: string[] = [];
  const damaged: string[] = [];
  const check = async ([{ name, sizeBytes }, sidecar]: Pair): Promise<void> => {
    if (isWanted?.(name) === false) return;
    if (sidecar === undefined) missing.push(name);
    else if (sidecar.sizeBytes !== sidecarBytesOf(sizeBytes)) damaged.push(name);
    else if (isRead && !(await isSound(name, place))) damaged.push(name);
  };
  const pairs = pairsOf(packs, storage.list(PARITY_PREFIX, { signal }));
  await forEachBounded(pairs, check, { limit: READS_AT_ONCE, signal });
  return { missing: await stillMissing(missing.sort(), place), damaged: damaged.sort() };
}

type Pair = readonly [pack: StoredObject, sidecar: StoredObject | undefined];

/** Each pack with the sidecar that is listed under its name. */
async function* pairsOf(
  packs: AsyncIterable<StoredObject>,
  sidecars: AsyncIterable<StoredObject>,
): AsyncGenerator<Pair> {
  const others = sidecars[Symbol.asyncIterator]();
  try {
    let other = await others.next();
    for await (const pack of packs) {
      if (digestFromName(pack.name) === undefined) continue;
      while (other.done !== true && packOfParity(other.value.name) < pack.name) other = await others.next();
      const isIts = other.done !== true && packOfParity(other.value.name) === pack.name;
      yield [pack, isIts ? other.value : undefined];
    }
  } finally {
    await others.return?.();
  }
}

/** Beside a session a pack may be listed before its sidecar is there, and beside a prune both may have gone since. */
async function stillMissing(
  packs: readonly string[],
  { storage, signal }: SidecarPlace,
): Promise<readonly string[]> {
  if (packs.length > MOST_LOOKED_FOR) return packs;
  const isThere = async (name: string): Promise<boolean> =>
    (await storage.stat(name, { signal })) !== undefined;
  const missing: string[] = [];
  for (const pack of packs)
    if ((await isThere(pack)) && !(await isThere(parityName(pack)))) missing.push(pack);
  return missing;
}

/** The names of all sidecars, with their lengths. */
export async function listSidecars({ storage, signal }: SidecarPlace): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for await (const { name, sizeBytes } of storage.list(PARITY_PREFIX, { signal })) {
    if (digestFromName(packOfParity(name)) !== undefined) found.set(name, sizeBytes);
  }
  return found;
}

/** One that a prune took with its pack meanwhile counts as sound. */
async function isSound(pack: string, place: SidecarPlace): Promise<boolean> {
  const bytes = await readSidecar(pack, place);
  const digest = digestFromName(pack);
  if (bytes === undefined || digest === undefined) {
    return (await place.storage.stat(parityName(pack), { signal: place.signal })) === undefined;
  }
  const sidecar = decodeSidecar(bytes, digest);
  return sidecar !== undefined && isWhole(sidecar);
}
