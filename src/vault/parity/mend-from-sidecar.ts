import type { Storage, StoredObject } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { digestFromName, parityName } from "../format/object-names.ts";
import { readAround } from "../packs/read-around.ts";
import { mendPack } from "./mend-pack.ts";
import { decodeSidecar, LONGEST_MENDED, sidecarBytesOf } from "./sidecar.ts";

export interface SidecarPlace {
  readonly storage: Storage;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The bytes that a damaged pack had, when it has a sidecar and that can give them back. Needs no key. Reads no more of either than
 * `LONGEST_MENDED` allows, whatever the storage has in their places. @throws {VaultDamagedError} when the pack cannot be read
 */
export async function mendFromSidecar(
  { name, sizeBytes }: Pick<StoredObject, "name" | "sizeBytes">,
  place: SidecarPlace,
): Promise<Uint8Array | undefined> {
  const digest = digestFromName(name);
  const sidecar = digest === undefined ? undefined : await readSidecar(name, place);
  if (digest === undefined || sidecar === undefined) return undefined;
  const packBytes = decodeSidecar(sidecar, digest)?.packBytes;
  if (packBytes === undefined) return undefined;
  const range = { length: Math.min(sizeBytes, packBytes), signal: place.signal };
  return mendPack(await readAround(place.storage, name, range), { digest, sidecar });
}

/** The sidecar of a pack; undefined when there is none, or something that is too long for one. */
export async function readSidecar(
  pack: string,
  { storage, signal }: SidecarPlace,
): Promise<Uint8Array | undefined> {
  const name = parityName(pack);
  const length = (await storage.stat(name, { signal }))?.sizeBytes;
  if (length === undefined || length > sidecarBytesOf(LONGEST_MENDED)) return undefined;
  try {
    return await readAround(storage, name, { length, signal });
  } catch (error) {
    if (!(error instanceof VaultDamagedError)) throw error;
    return undefined;
  }
}
