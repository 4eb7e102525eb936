import type { HostAccess } from "../capture/host-access.ts";
import type { StandingEntry } from "../custody.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";

/** What is looked at, once. */
export interface Examination {
  readonly access: HostAccess;
  readonly entries: readonly StandingEntry[];
  readonly machines: readonly MachineInventory[];
  readonly now: Temporal.Instant;
  readonly signal?: AbortSignal | undefined;
}
