import type { Guid } from "../../base/index.ts";
import type { CustodyEntry } from "../custody.ts";
import { isReplicaLink } from "../forecast/admission.ts";
import { isSameNode, readVisibleOwners } from "../inventory/cluster-owners.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { readMachines } from "../inventory/read-host.ts";
import type { WaitOptions } from "../machine-host.ts";
import { readSuspension } from "../replication/suspension-custody.ts";
import { readServiceEntry } from "./backup-service.ts";
import { readTypeEntry } from "./checkpoint-type.ts";
import type { HostAccess } from "./host-access.ts";
import { checkpointsOfKind, readCustody } from "./recovery-custody.ts";

/**
 * What was made of machines on other hosts and stands here now: they moved with it. A replica has the id of its original,
 * so a checkpoint counts when it is really here, by its own id. What has no id of its own counts when the cluster says that
 * the machine is on this node, and it is on the same side of its replication.
 */
export async function arrivedEntries(
  access: HostAccess,
  options: WaitOptions,
): Promise<readonly CustodyEntry[]> {
  const { signal } = options;
  const adrift = (await access.journal.adrift(access.hostKey)).filter(
    (entry) => machineOf(entry) !== undefined,
  );
  if (adrift.length === 0) return [];
  const machines = await readMachines(access.session, { signal });
  const pairs = adrift.flatMap((entry) => {
    const machine = machines.find(({ id }) => id === machineOf(entry));
    return machine === undefined ? [] : [{ entry, machine }];
  });
  if (pairs.length === 0) return [];
  const owners = await readVisibleOwners(access.session, { signal });
  const owned = new Set(owners.filter(({ node }) => isSameNode(node, access.host.name)).map(({ id }) => id));
  return pairs.filter(({ entry, machine }) => hasArrived(entry, machine, owned)).map(({ entry }) => entry);
}

/** Of entries about what moves with a machine; shadow copies stay where they are. */
function machineOf(entry: CustodyEntry): Guid | undefined {
  const about =
    readCustody(entry) ?? readTypeEntry(entry) ?? readServiceEntry(entry) ?? readSuspension(entry);
  return about?.machine;
}

function hasArrived(entry: CustodyEntry, machine: MachineInventory, owned: ReadonlySet<Guid>): boolean {
  const custody = readCustody(entry);
  if (custody?.checkpoint !== undefined) {
    return checkpointsOfKind(machine, custody).some(({ id }) => id === custody.checkpoint);
  }
  if (!owned.has(machine.id)) return false;
  const role = readSuspension(entry)?.role;
  if (role !== undefined) return machine.replication.some((link) => link.role === role);
  return !machine.replication.some(isReplicaLink);
}
