import type { Clock, Entropy, Guid } from "../../base/index.ts";
import type { CimInstance, CimReference, CimSession } from "../../cim/index.ts";
import { CimAnswerError } from "../../cim/index.ts";
import type { HostCommands, HostFiles } from "../../places/index.ts";
import { VIRTUALIZATION_V2 } from "../cim-names.ts";
import type { CustodyJournal } from "../custody.ts";
import type { MachineInventory, MachineTree } from "../inventory/machine-inventory.ts";
import { type HostInventory, readMachines, readMachineTrees } from "../inventory/read-host.ts";
import type { WaitOptions } from "../machine-host.ts";

/** Everything that capturing a machine works with. */
export interface HostAccess {
  readonly session: CimSession;
  readonly files: HostFiles;
  /** Absent where no program can be run on the host: then there are no shadow copies. */
  readonly commands?: HostCommands | undefined;
  /** As whose shares shadow copies are read; absent where their devices can be opened, or nothing can read them. */
  readonly shadowServer?: string | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly journal: CustodyJournal;
  /** Names this host in the journal. */
  readonly hostKey: string;
  readonly host: HostInventory;
}

/** One machine as it is now; undefined when the host has none of this id. */
export async function readMachine(
  access: HostAccess,
  id: Guid,
  options: WaitOptions = {},
): Promise<MachineInventory | undefined> {
  const machines = await readMachines(access.session, { signal: options.signal, machine: id });
  return machines.find((machine) => machine.id === id);
}

/** A second look at its disks and checkpoints; undefined when the host has none of this id any more. */
export async function readMachineTree(
  access: HostAccess,
  id: Guid,
  options: WaitOptions = {},
): Promise<MachineTree | undefined> {
  const machines = await readMachineTrees(access.session, { signal: options.signal, machine: id });
  return machines.find((machine) => machine.id === id);
}

/** The one instance of a service class, to call its methods. @throws {CimAnswerError} when the host has none */
export async function serviceOf(
  access: HostAccess,
  className: string,
  options: WaitOptions & { readonly namespace?: string | undefined } = {},
): Promise<CimReference> {
  const namespace = options.namespace ?? VIRTUALIZATION_V2;
  const rows = access.session.query(namespace, `SELECT * FROM ${className}`, options);
  const [row] = await Array.fromAsync(rows);
  return named(row, className);
}

function named(row: CimInstance | undefined, className: string): CimReference {
  if (row?.reference === undefined) {
    throw new CimAnswerError(`Cannot find ${className}: the host did not name an instance of it`);
  }
  return row.reference;
}
