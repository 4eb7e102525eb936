import type { HostFacts, HostMachine } from "../../hyperv/index.ts";
import { type MachineSelection, selectMachines } from "../../policy/index.ts";
import { openHostAt } from "../compose.ts";
import { refuseDesktop } from "../desktop-refusal.ts";
import type { HostRequest } from "../host-request.ts";
import type { UseCaseContext } from "./context.ts";

/** Reads a host's inventory with the forecast of each machine that was asked for. Changes nothing on the host. */
export async function listMachines(
  request: HostRequest & { readonly selection: MachineSelection },
  context: UseCaseContext,
): Promise<{ readonly host: HostFacts; readonly machines: readonly HostMachine[] }> {
  await using opened = await openHostAt(request, context);
  const host = opened.value;
  refuseDesktop(host.facts);
  const all = await host.machines({ signal: context.signal });
  return { host: host.facts, machines: selectMachines(all, request.selection) };
}
