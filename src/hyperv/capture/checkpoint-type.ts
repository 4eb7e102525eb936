import { type Guid, parseGuid } from "../../base/index.ts";
import { CLASS, METHOD, STANDARD_CHECKPOINTS, VIRTUALIZATION_V2 } from "../cim-names.ts";
import type { CustodyEntry } from "../custody.ts";
import { CHECKPOINT_TYPES, type MachineInventory } from "../inventory/machine-inventory.ts";
import { type HostAccess, readMachine, serviceOf } from "./host-access.ts";
import { type CallOutcome, callHost } from "./host-job.ts";
import { textIn } from "./journal-facts.ts";
import { type PutBack, type PutBackTry, putBack } from "./put-back.ts";

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
 * Writes down the former type of a machine that must be given another, so that the host makes a checkpoint with memory.
 * Undefined where it makes such checkpoints already: hosts before 2016 make no others.
 */
export async function recordCheckpointType(
  access: HostAccess,
  machine: MachineInventory,
  run: string,
): Promise<TypeEntry | undefined> {
  const former = [...CHECKPOINT_TYPES].find(([, word]) => word === machine.checkpointType)?.[0];
  if (former === undefined || former === STANDARD_CHECKPOINTS) return undefined;
  const facts = { machineName: machine.name, run, former, recorded: access.clock.now().toString() };
  const entry = await access.journal.record({
    host: access.hostKey,
    machine: machine.id,
    kind: CHECKPOINT_TYPE,
    facts,
  });
  return { entry, machine: machine.id, machineName: machine.name, former };
}

/** Lets the host make checkpoints with memory of the machine. Gives its sentence when it refuses. */
export async function allowStandardCheckpoints(
  access: HostAccess,
  { machine }: TypeEntry,
): Promise<string | undefined> {
  return refusalIn(await setType(access, machine, STANDARD_CHECKPOINTS));
}

/** Puts the type back and strikes the entry, see `putBack`; a type that somebody has changed since stays. */
export async function putTypeBack(access: HostAccess, entry: TypeEntry): Promise<PutBack> {
  const word = CHECKPOINT_TYPES.get(entry.former) ?? "unknown";
  const state = `its checkpoint type may be "standard", and was "${word}"`;
  const outcome = await putBack(access, { ...entry, state }, async () => await setBack(access, entry));
  if (outcome.kind !== "told") return outcome;
  const sentence = `its checkpoint type was "${word}" and is not known to be put back from "standard": ${outcome.sentence}`;
  return { kind: "told", sentence };
}

async function setBack(access: HostAccess, { machine, former }: TypeEntry): Promise<PutBackTry> {
  const before = await readMachine(access, machine);
  if (before === undefined) return { kind: "gone" };
  if (before.checkpointType !== "standard") return { kind: "as-it-was" };
  const outcome = await setType(access, machine, former);
  const refusal = refusalIn(outcome);
  if (refusal !== undefined) return { kind: "refused", sentence: refusal };
  if (outcome.kind === "done") return { kind: "back" };
  const after = await readMachine(access, machine);
  if (after?.checkpointType !== "standard") return { kind: "back" };
  return { kind: "refused", sentence: "the host job is gone, and it is not put back" };
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
