import { hash } from "node:crypto";
import { throwIfInterrupted } from "../../base/index.ts";
import { StorageDeniedError, StorageFullError, StorageLockedError } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { digestFromName, parityName } from "../format/object-names.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import { putOnce } from "../sessions/put-once.ts";
import type { SidecarReport } from "./check-sidecars.ts";
import type { SidecarPlace } from "./mend-from-sidecar.ts";
import { LONGEST_MENDED } from "./sidecar.ts";
import type { SidecarMaker } from "./sidecar-maker.ts";

/** A vault can do without a sidecar: what keeps one from being put (the last: an old one that a store still shows) stops no repair. */
const NOT_NOW = [StorageDeniedError, StorageFullError, StorageLockedError, VaultDamagedError];

/**
 * Makes sidecars that are missing or damaged, from packs that are sound, and gives how many. A damaged one is deleted first, and stays where
 * that is not allowed; where nothing fits any more none is made. Holds one pack in memory.
 */
export async function makeSidecars(
  { missing, damaged }: SidecarReport,
  place: SidecarPlace & { readonly sidecars: SidecarMaker },
): Promise<number> {
  let made = 0;
  for (const pack of missing) if (await makeOne(pack, place)) made++;
  for (const pack of damaged) if (await makeOne(pack, { ...place, isAnew: true })) made++;
  return made;
}

async function makeOne(
  pack: string,
  place: SidecarPlace & { readonly sidecars: SidecarMaker; readonly isAnew?: true },
): Promise<boolean> {
  const { storage, sidecars, signal, isAnew } = place;
  throwIfInterrupted(signal);
  const digest = digestFromName(pack);
  const bytes = await readSound(pack, place);
  if (bytes === undefined || digest === undefined) return false;
  const sidecar = await sidecars.make([bytes], digest);
  try {
    if (isAnew === true) await storage.delete(parityName(pack));
    await putOnce(storage, parityName(pack), [sidecar]);
    return true;
  } catch (error) {
    if (NOT_NOW.some((kind) => error instanceof kind)) return false;
    throw error;
  }
}

/** Undefined when the pack is damaged, longer than packs are, or a prune took it. */
async function readSound(pack: string, { storage, signal }: SidecarPlace): Promise<Uint8Array | undefined> {
  const length = (await storage.stat(pack, { signal }))?.sizeBytes;
  if (length === undefined || length > LONGEST_MENDED) return undefined;
  try {
    const bytes = await getOrDamaged(storage, pack, { offset: 0, length, signal });
    const digest = digestFromName(pack) ?? new Uint8Array();
    return Buffer.compare(hash("sha256", bytes, "buffer"), digest) === 0 ? bytes : undefined;
  } catch (error) {
    if (!(error instanceof VaultDamagedError)) throw error;
    return undefined;
  }
}
