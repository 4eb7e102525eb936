import { forEachBounded } from "../../base/index.ts";
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

/** Looks for the sidecars of these packs (name and length), which were listed before; reads each of them only when asked to. */
export async function checkSidecars(
  packs: ReadonlyMap<string, number>,
  place: SidecarPlace & { readonly isRead: boolean },
): Promise<SidecarReport> {
  const { storage, signal, isRead } = place;
  const missing = new Set(packs.keys());
  const damaged = new Set<string>();
  for await (const { name, sizeBytes } of storage.list(PARITY_PREFIX, { signal })) {
    const pack = packOfParity(name);
    if (!missing.delete(pack)) continue;
    if (sizeBytes !== sidecarBytesOf(packs.get(pack) ?? 0)) damaged.add(pack);
  }
  const read = async (pack: string): Promise<void> => {
    if (missing.has(pack) || damaged.has(pack)) return;
    if (!(await isSound(pack, place))) damaged.add(pack);
  };
  if (isRead) await forEachBounded(packs.keys(), read, { limit: READS_AT_ONCE, signal });
  return { missing: await stillMissing([...missing].sort(), place), damaged: [...damaged].sort() };
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
