import { type Guid, parseGuid, StillpointError } from "../../base/index.ts";
import { CLASS, METHOD, STANDARD_CHECKPOINTS, VIRTUALIZATION_V2 } from "../cim-names.ts";
import type { CustodyEntry } from "../custody.ts";
import { CHECKPOINT_TYPES, type MachineInventory } from "../inventory/machine-inventory.ts";
import { type HostAccess, readMachine, serviceOf } from "./host-access.ts";
import { type CallOutcome, callHost } from "./host-job.ts";
import { textIn } from "./journal-facts.ts";

/** The kind of journal entries about machines whose checkpoint type was changed for a while. */
export const CHECKPOINT_TYPE = "checkpoint-type";

const SETTING_LIMIT_MS = 60_000;

/** A machine whose checkpoint type must be put back. */
export interface TypeEntry {
  readonly entry: string;
  readonly machine: Guid;
  readonly machineName: string;
  /** Msvm_VirtualSystemSettingData.UserSnapshotType, as it was. */
  readonly former: number;
}

/**
 * Lets the host make checkpoints with memory of the machine: the former type is written down first. Undefined where it
 * makes such checkpoints already: hosts before 2016 make no others.
 */
export async function allowStandardCheckpoints(
  access: HostAccess,
  machine: MachineInventory,
  run: string,
): Promise<{ readonly entry: TypeEntry; readonly refusal?: string | undefined } | undefined> {
  const former = [...CHECKPOINT_TYPES].find(([, word]) => word === machine.checkpointType)?.[0];
  if (former === undefined || former === STANDARD_CHECKPOINTS) return undefined;
  const facts = { machineName: machine.name, run, former, recorded: access.clock.now().toString() };
  const id = await access.journal.record({
    host: access.hostKey,
    machine: machine.id,
    kind: CHECKPOINT_TYPE,
    facts,
  });
  const entry = { entry: id, machine: machine.id, machineName: machine.name, former };
  return { entry, refusal: refusalIn(await setType(access, machine.id, STANDARD_CHECKPOINTS)) };
}

/**
 * Puts the type back and strikes the entry; a type that somebody has changed since stays. Gives a sentence where it could
 * not, and the journal keeps it. Refusals of the host and lost connections are sentences, never thrown.
 */
export async function putTypeBack(access: HostAccess, entry: TypeEntry): Promise<string | undefined> {
  const word = CHECKPOINT_TYPES.get(entry.former) ?? "unknown";
  let refusal: string | undefined;
  try {
    const machine = await readMachine(access, entry.machine);
    if (machine?.checkpointType === "standard") {
      refusal = refusalIn(await setType(access, entry.machine, entry.former));
    }
    if (refusal === undefined) await access.journal.strike(entry.entry);
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    refusal = error.message;
  }
  if (refusal === undefined) return undefined;
  return `its checkpoint type was "${word}" and could not be put back from "standard": ${refusal}`;
}

/** Reads an entry that another process wrote; undefined when it is of another kind. */
export function readTypeEntry(entry: CustodyEntry): TypeEntry | undefined {
  const machine = parseGuid(entry.machine);
  const former = entry.facts["former"];
  if (entry.kind !== CHECKPOINT_TYPE || machine === undefined || typeof former !== "number") return undefined;
  const machineName = textIn(entry.facts["machineName"]) ?? machine;
  return { entry: entry.id, machine, machineName, former };
}

async function setType(access: HostAccess, machine: Guid, type: number): Promise<CallOutcome> {
  const InstanceID = `Microsoft:${machine.toUpperCase()}`;
  return await callHost(access, {
    target: await serviceOf(access, CLASS.managementService),
    method: METHOD.modifySettings,
    arguments: {
      SystemSettings: {
        kind: "instance",
        className: CLASS.settings,
        reference: {
          kind: "reference",
          namespace: VIRTUALIZATION_V2,
          className: CLASS.settings,
          keys: { InstanceID },
        },
        properties: { InstanceID, UserSnapshotType: type },
      },
    },
    limitMs: SETTING_LIMIT_MS,
  });
}

function refusalIn(outcome: CallOutcome): string | undefined {
  if (outcome.kind === "failed") return `${outcome.sentence} (${outcome.code})`;
  return outcome.kind === "endless" ? "the host job does not come to an end" : undefined;
}
