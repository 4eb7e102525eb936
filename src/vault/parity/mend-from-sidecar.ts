import type { Storage } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { digestFromName, parityName } from "../format/object-names.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import { mendPack } from "./mend-pack.ts";

export interface SidecarPlace {
  readonly storage: Storage;
  readonly signal?: AbortSignal | undefined;
}

/** The bytes that a damaged pack had, when it has a sidecar and that can give them back. Needs no key. */
export async function mendFromSidecar(
  damaged: Uint8Array,
  object: string,
  place: SidecarPlace,
): Promise<Uint8Array | undefined> {
  const digest = digestFromName(object);
  const sidecar = digest === undefined ? undefined : await readSidecar(object, place);
  return digest === undefined || sidecar === undefined ? undefined : mendPack(damaged, { digest, sidecar });
}

/** The sidecar of a pack; undefined when there is none. */
export async function readSidecar(
  pack: string,
  { storage, signal }: SidecarPlace,
): Promise<Uint8Array | undefined> {
  try {
    return await getOrDamaged(storage, parityName(pack), { signal });
  } catch (error) {
    if (!(error instanceof VaultDamagedError)) throw error;
    return undefined;
  }
}
