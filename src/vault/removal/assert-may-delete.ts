import type { Clock, Entropy } from "../../base/index.ts";
import { type Storage, StorageDeniedError } from "../../storage/index.ts";
import { PruneDeniedError } from "../errors.ts";
import { endedName, leaseName } from "../format/object-names.ts";

/** Puts a lease and deletes it. Where that is denied it says that nobody has it. @throws {PruneDeniedError} */
export async function assertMayDelete(
  storage: Storage,
  { clock, entropy }: { readonly clock: Clock; readonly entropy: Entropy },
): Promise<void> {
  const name = leaseName(clock.now().epochMilliseconds, entropy.bytes(16));
  await storage.put(name, []);
  try {
    await storage.delete(name);
  } catch (error) {
    if (!(error instanceof StorageDeniedError)) throw error;
    await storage.put(endedName(name), []);
    throw new PruneDeniedError(
      `Cannot prune the vault at "${storage.location}": this credential may not delete`,
      { cause: error },
    );
  }
}
