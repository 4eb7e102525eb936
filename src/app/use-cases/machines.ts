import type { HoldWishes, HostFacts, HostMachine } from "../../hyperv/index.ts";
import type { MachineSelection } from "../../policy/index.ts";
import { openHostAt } from "../compose.ts";
import { refuseDesktop } from "../desktop-refusal.ts";
import type { HostRequest } from "../host-request.ts";
import type { UseCaseContext } from "./context.ts";
import { machinesOn } from "./machines-on.ts";
import { type KnownRhythm, ReplicationWatch } from "./replication-watch.ts";

export interface MachineListing extends KnownRhythm {
  readonly host: HostFacts;
  readonly machines: readonly HostMachine[];
}

/** Reads a host's inventory with the forecast of each machine that was asked for. Changes nothing on the host. */
export async function listMachines(
  request: HostRequest & { readonly selection: MachineSelection; readonly wishes?: HoldWishes | undefined },
  context: UseCaseContext,
): Promise<MachineListing> {
  await using opened = await openHostAt(request, context);
  const host = opened.value;
  refuseDesktop(host.facts);
  const { selection, wishes } = request;
  const machines = await machinesOn(host, selection, { signal: context.signal, wishes });
  const rhythm = await new ReplicationWatch(host, machines, context).known();
  return { host: host.facts, machines, ...rhythm };
}
