import type { Guid } from "../../base/index.ts";
import { isSameNode, readClusterOwners, readVisibleOwners } from "../inventory/cluster-owners.ts";
import { isSince } from "../inventory/host-generation.ts";
import type { MachineElsewhere, WaitOptions } from "../machine-host.ts";
import type { HostAccess } from "./host-access.ts";

/** Machines of the cluster, asked for only on hosts where it matters: those that can save a guest for its backup. */
export async function clusteredMachines(
  access: HostAccess,
  options: WaitOptions = {},
): Promise<ReadonlySet<Guid> | undefined> {
  if (isSince(access.host.generation, "2012r2")) return undefined;
  const owners = await readVisibleOwners(access.session, options);
  return new Set(owners.map(({ id }) => id));
}

/** Where the cluster has the machine, if on another node than this one. @throws {CimFault} where it does not say */
export async function otherNodeOf(access: HostAccess, machine: Guid): Promise<MachineElsewhere | undefined> {
  return elsewhereIn(await readClusterOwners(access.session), access, machine);
}

/** The same where it does no harm that a cluster does not say it. */
export async function visibleNodeOf(
  access: HostAccess,
  machine: Guid,
  options: WaitOptions = {},
): Promise<MachineElsewhere | undefined> {
  const { signal } = options;
  return elsewhereIn(await readVisibleOwners(access.session, { signal }), access, machine);
}

function elsewhereIn(
  owners: readonly MachineElsewhere[],
  access: HostAccess,
  machine: Guid,
): MachineElsewhere | undefined {
  return owners.find(({ id, node }) => id === machine && !isSameNode(node, access.host.name));
}
