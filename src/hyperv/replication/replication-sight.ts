import { type MachineInventory, shownState } from "../inventory/machine-inventory.ts";
import type { ReplicationRole } from "../inventory/replication-link.ts";

/** What a look at a machine that replicates says of it at that moment. */
export interface ReplicationSight {
  /** The state's name: of what goes on with the machine, else of its replication; `critical` is also its health's. */
  readonly state: string;
  /** It would wait, or waits. That a replica applies a log shows only when the host refuses to hold it. */
  readonly blocked: boolean;
}

const REPLICATES: ReadonlySet<ReplicationRole> = new Set(["primary", "replica", "extended-replica"]);

/** Undefined for machines that do not replicate. */
export function replicationSight(
  machine: MachineInventory,
  seen: { readonly blocked: boolean },
): ReplicationSight | undefined {
  const links = machine.replication.filter(({ role }) => REPLICATES.has(role));
  const link = links.find(({ health }) => health === "critical") ?? links[0];
  if (link === undefined) return undefined;
  const state = link.health === "critical" ? "critical" : link.state;
  return { state: machine.activity === undefined ? state : shownState(machine), blocked: seen.blocked };
}
