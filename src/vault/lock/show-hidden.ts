import { throwIfInterrupted } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { isLockedName, requireLocks } from "./locking-storage.ts";

/** Takes the marks of plain deletes off the objects that a vault locks. Gives their names. @throws {VaultLockUnsupportedError} */
export async function showHidden(storage: Storage, signal?: AbortSignal): Promise<readonly string[]> {
  const locks = requireLocks(storage);
  const shown: string[] = [];
  for await (const name of locks.hidden("", { signal })) {
    throwIfInterrupted(signal);
    if (!isLockedName(name)) continue;
    await locks.unhide(name, { signal });
    shown.push(name);
  }
  return shown;
}
