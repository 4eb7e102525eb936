import { type Guid, parseGuid, StillpointError } from "../../base/index.ts";
import { type CimInstance, optionalNumberOf, optionalTextOf } from "../../cim/index.ts";
import { CLASS, GUEST_SERVICE, METHOD, VIRTUALIZATION_V2 } from "../cim-names.ts";
import type { CustodyEntry } from "../custody.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { ownerOfInstanceId } from "../inventory/object-path.ts";
import { type HostAccess, serviceOf } from "./host-access.ts";
import { callHost } from "./host-job.ts";
import { textIn } from "./journal-facts.ts";

/** The kind of journal entries about guests whose backup service was switched off for a while. */
export const BACKUP_SERVICE = "backup-service";

const SETTING_LIMIT_MS = 60_000;

/** A machine whose backup integration service must be switched on again. */
export interface ServiceEntry {
  readonly entry: string;
  readonly machine: Guid;
  readonly machineName: string;
}

/** Switches the backup service of a guest off, written down first. `refusal`: the host did not do it. */
export async function switchServiceOff(
  access: HostAccess,
  machine: MachineInventory,
  run: string,
): Promise<{ readonly entry: ServiceEntry; readonly refusal?: string | undefined }> {
  const entry = await access.journal.record({
    host: access.hostKey,
    machine: machine.id,
    kind: BACKUP_SERVICE,
    facts: { machineName: machine.name, run, recorded: access.clock.now().toString() },
  });
  const refusal = await switchTo(access, machine.id, "off");
  return { entry: { entry, machine: machine.id, machineName: machine.name }, refusal };
}

/**
 * Switches the service on again and strikes the entry. Gives a sentence where it could not, and the journal keeps it.
 * Refusals of the host and lost connections are sentences, never thrown.
 */
export async function switchServiceOn(access: HostAccess, entry: ServiceEntry): Promise<string | undefined> {
  let refusal: string | undefined;
  try {
    refusal = await switchTo(access, entry.machine, "on");
    if (refusal === undefined) await access.journal.strike(entry.entry);
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    refusal = error.message;
  }
  if (refusal === undefined) return undefined;
  return `the backup integration service of its guest was switched off and could not be switched on again: ${refusal}`;
}

/** Reads an entry that another process wrote; undefined when it is of another kind. */
export function readServiceEntry(entry: CustodyEntry): ServiceEntry | undefined {
  const machine = parseGuid(entry.machine);
  if (entry.kind !== BACKUP_SERVICE || machine === undefined) return undefined;
  return { entry: entry.id, machine, machineName: textIn(entry.facts["machineName"]) ?? machine };
}

/** Nothing to do where it is so already, or where the machine is gone. Gives the host's sentence when it refuses. */
async function switchTo(
  access: HostAccess,
  machine: Guid,
  state: keyof typeof GUEST_SERVICE,
): Promise<string | undefined> {
  const settings = await serviceSettings(access, machine);
  if (settings === undefined || optionalNumberOf(settings, "EnabledState") === GUEST_SERVICE[state]) {
    return undefined;
  }
  const properties = { ...settings.properties, EnabledState: GUEST_SERVICE[state] };
  const outcome = await callHost(access, {
    target: await serviceOf(access, CLASS.managementService),
    method: METHOD.modifyGuestServices,
    arguments: { GuestServiceSettings: [{ ...settings, properties }] },
    limitMs: SETTING_LIMIT_MS,
  });
  if (outcome.kind === "failed") return `${outcome.sentence} (${outcome.code})`;
  return outcome.kind === "endless" ? "the host job does not come to an end" : undefined;
}

/** The settings of the live machine; those of its checkpoints have other owners. */
async function serviceSettings(access: HostAccess, machine: Guid): Promise<CimInstance | undefined> {
  const rows = access.session.query(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.vssSettings}`);
  const all = await Array.fromAsync(rows);
  return all.find((row) => ownerOfInstanceId(optionalTextOf(row, "InstanceID") ?? "") === machine);
}
