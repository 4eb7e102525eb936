import { type Guid, parseGuid } from "../../base/index.ts";
import { type CimInstance, optionalNumberOf, optionalTextOf } from "../../cim/index.ts";
import { CLASS, GUEST_SERVICE, METHOD } from "../cim-names.ts";
import type { CustodyEntry } from "../custody.ts";
import { readMachineRows } from "../inventory/host-tables.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { ownerOfInstanceId } from "../inventory/object-path.ts";
import { type HostAccess, serviceOf } from "./host-access.ts";
import { callHost } from "./host-job.ts";
import { textIn } from "./journal-facts.ts";
import { type PutBack, type PutBackTry, putBack } from "./put-back.ts";

/** The kind of journal entries about guests whose backup service was switched off for a while. */
export const BACKUP_SERVICE = "backup-service";

const SETTING_LIMIT_MS = 60_000;

/** A machine whose backup integration service must be switched on again. */
export interface ServiceEntry {
  readonly entry: string;
  readonly machine: Guid;
  readonly machineName: string;
}

/** Writes down that the backup service of a guest is about to be switched off; durable when it resolves. */
export async function recordServiceSwitch(
  access: HostAccess,
  machine: Pick<MachineInventory, "id" | "name">,
  run: string,
): Promise<ServiceEntry> {
  const entry = await access.journal.record({
    host: access.hostKey,
    machine: machine.id,
    kind: BACKUP_SERVICE,
    facts: { machineName: machine.name, run, recorded: access.clock.now().toString() },
  });
  return { entry, machine: machine.id, machineName: machine.name };
}

/** Switches the service off. Gives the host's sentence when it refuses. */
export async function switchServiceOff(
  access: HostAccess,
  { machine }: ServiceEntry,
): Promise<string | undefined> {
  const tried = await switchTo(access, machine, "off");
  return tried.kind === "refused" ? tried.sentence : undefined;
}

/** Switches the service on again, sees that it is, and strikes the entry; see `putBack`. */
export async function switchServiceOn(access: HostAccess, entry: ServiceEntry): Promise<PutBack> {
  const state = "the backup integration service of its guest may be switched off";
  const outcome = await putBack(
    access,
    { ...entry, state },
    async () => await switchTo(access, entry.machine, "on"),
  );
  if (outcome.kind !== "told") return outcome;
  const sentence = `the backup integration service of its guest was switched off, and is not known to be on again: ${outcome.sentence}`;
  return { kind: "told", sentence };
}

/** Reads an entry that another process wrote; undefined when it is of another kind. */
export function readServiceEntry(entry: CustodyEntry): ServiceEntry | undefined {
  const machine = parseGuid(entry.machine);
  if (entry.kind !== BACKUP_SERVICE || machine === undefined) return undefined;
  return { entry: entry.id, machine, machineName: textIn(entry.facts["machineName"]) ?? machine };
}

/** Nothing to do where it is so already. What the host says it did is looked at. */
async function switchTo(
  access: HostAccess,
  machine: Guid,
  state: keyof typeof GUEST_SERVICE,
): Promise<PutBackTry> {
  const settings = await serviceSettings(access, machine);
  if (settings === undefined) return { kind: "gone" };
  if (isIn(settings, state)) return { kind: "as-it-was" };
  const properties = { ...settings.properties, EnabledState: GUEST_SERVICE[state] };
  const outcome = await callHost(access, {
    target: await serviceOf(access, CLASS.managementService),
    method: METHOD.modifyGuestServices,
    arguments: { GuestServiceSettings: [{ ...settings, properties }] },
    limitMs: SETTING_LIMIT_MS,
  });
  if (outcome.kind === "failed") {
    return { kind: "refused", sentence: `${outcome.sentence} (${outcome.code})` };
  }
  if (isIn(await serviceSettings(access, machine), state)) return { kind: "back" };
  return { kind: "refused", sentence: `the host was told to switch it ${state}, and it is not` };
}

function isIn(settings: CimInstance | undefined, state: keyof typeof GUEST_SERVICE): boolean {
  return settings !== undefined && optionalNumberOf(settings, "EnabledState") === GUEST_SERVICE[state];
}

/** The settings of the live machine; those of its checkpoints have other owners. */
async function serviceSettings(access: HostAccess, machine: Guid): Promise<CimInstance | undefined> {
  const all = await readMachineRows(access.session, { table: "vssSettings", machine });
  return all.find((row) => ownerOfInstanceId(optionalTextOf(row, "InstanceID") ?? "") === machine);
}
