import type { RestorePointId } from "../../base/index.ts";
import {
  type RenewOptions,
  type RenewParts,
  type RenewReport,
  renewLocks,
  renewPoints,
} from "./renew-locks.ts";
import { showHidden } from "./show-hidden.ts";

export interface VaultLocksParts extends Omit<RenewParts, "lock"> {
  /** Undefined in a vault without locks. */
  readonly lock: RenewParts["lock"] | undefined;
}

/** The locks of an open vault; of one without locks nothing is asked. */
export class VaultLocks {
  readonly #parts: VaultLocksParts;

  constructor(parts: VaultLocksParts) {
    this.#parts = parts;
  }

  /** Undefined in a vault without locks. @throws {VaultLockUnsupportedError} */
  async renew(options: RenewOptions): Promise<RenewReport | undefined> {
    const { lock } = this.#parts;
    return lock === undefined ? undefined : await renewLocks(options, { ...this.#parts, lock });
  }

  /** Before a restore point leaves the trash: killed in between, it is locked and in the trash. @throws {VaultLockUnsupportedError} */
  async lockAgain(point: RestorePointId): Promise<void> {
    const { lock, points } = this.#parts;
    if (lock === undefined) return;
    const names = await Array.fromAsync(points.allNames());
    const found = names.filter(({ id }) => id === point);
    await renewPoints(found, {}, { ...this.#parts, lock });
  }

  /** @throws {VaultLockUnsupportedError} */
  async showHidden(signal?: AbortSignal): Promise<readonly string[]> {
    return await showHidden(this.#parts.storage, signal);
  }
}
