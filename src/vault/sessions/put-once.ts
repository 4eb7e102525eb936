import { type Storage, StorageObjectExistsError } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";

/**
 * Puts an object that is named by its bytes: if the name is taken, it is there already, unless a store kept a part of it when a put
 * failed. @throws {VaultDamagedError} when something else has its name
 */
export async function putOnce(storage: Storage, name: string, parts: readonly Uint8Array[]): Promise<void> {
  try {
    await storage.put(name, parts);
  } catch (error) {
    if (!(error instanceof StorageObjectExistsError)) throw error;
    if (Buffer.concat(parts).equals(await getOrDamaged(storage, name))) return;
    throw new VaultDamagedError(name, "its bytes are not those that it is named for", { cause: error });
  }
}
