import { type MachineInventory, shownState } from "../inventory/machine-inventory.ts";
import type { ReplicationRole } from "../inventory/replication-link.ts";
import type { ReplicationSight } from "./sight.ts";

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
