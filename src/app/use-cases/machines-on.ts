import { parseGuid } from "../../base/index.ts";
import {
  type HoldWishes,
  type HostMachine,
  type MachineElsewhere,
  type MachineHost,
  MachineOnOtherNodeError,
} from "../../hyperv/index.ts";
import { type MachineSelection, MachineUnknownError, selectMachines } from "../../policy/index.ts";

/**
 * The machines of a host that are meant. One that the host does not have is looked for in its cluster.
 *
 * @throws {MachineOnOtherNodeError} {MachineUnknownError} {MachineAmbiguousError}
 */
export async function machinesOn(
  host: MachineHost,
  selection: MachineSelection,
  options: { readonly signal: AbortSignal; readonly wishes?: HoldWishes | undefined },
): Promise<readonly HostMachine[]> {
  const all = await host.machines(options);
  try {
    return selectMachines(all, selection);
  } catch (error) {
    if (!(error instanceof MachineUnknownError) || host.elsewhere === undefined) throw error;
    const elsewhere = await host.elsewhere({ signal: options.signal });
    const names = "names" in selection ? selection.names : [];
    const found = elsewhere.find((machine) => names.some((name) => isMeant(machine, name)));
    if (found === undefined) throw error;
    const { id, name, node } = found;
    throw new MachineOnOtherNodeError(
      `Cannot back up "${name}" from "${host.facts.name}": it is on node "${node}" of the cluster`,
      { machine: { id, name }, node },
    );
  }
}

function isMeant(machine: MachineElsewhere, wanted: string): boolean {
  return parseGuid(wanted) === machine.id || wanted.toLowerCase() === machine.name.toLowerCase();
}
