import type { VaultConfig } from "../format/config-document.ts";
import type { VaultLock } from "./locking-storage.ts";

/** How the objects of a vault are locked; undefined where they are not. */
export function lockOf({ lockDays, lockMode }: VaultConfig): VaultLock | undefined {
  return lockDays === undefined || lockMode === undefined ? undefined : { days: lockDays, mode: lockMode };
}
