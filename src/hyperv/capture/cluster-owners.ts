import type { Guid } from "../../base/index.ts";
import { isSameNode, readClusterOwners } from "../inventory/cluster-owners.ts";
import { isSince } from "../inventory/host-generation.ts";
import type { MachineElsewhere, WaitOptions } from "../machine-host.ts";
import type { HostAccess } from "./host-access.ts";

/** Machines of the cluster, asked for only on hosts where it matters: those that can save a guest for its backup. */
export async function clusteredMachines(
  access: HostAccess,
  options: WaitOptions = {},
): Promise<ReadonlySet<Guid> | undefined> {
  if (isSince(access.host.generation, "2012r2")) return undefined;
  const owners = await readClusterOwners(access.session, options);
  return new Set(owners.map(({ id }) => id));
}

/** Where the cluster has the machine, if on another node than this one. */
export async function otherNodeOf(
  access: HostAccess,
  machine: Guid,
  options: WaitOptions = {},
): Promise<MachineElsewhere | undefined> {
  const { signal } = options;
  const owners = await readClusterOwners(access.session, { signal });
  return owners.find(({ id, node }) => id === machine && !isSameNode(node, access.host.name));
}
