import { StillpointError } from "../../base/index.ts";
import { memoryCheckpointName } from "../checkpoint-name.ts";
import { CheckpointFailedError } from "../errors.ts";
import type { HoldOptions } from "../held-machine.ts";
import type { CheckpointInventory, MachineInventory } from "../inventory/machine-inventory.ts";
import { type Busy, busyFromFailure } from "./busy.ts";
import {
  allowStandardCheckpoints,
  putTypeBack,
  recordCheckpointType,
  type TypeEntry,
} from "./checkpoint-type.ts";
import { discardAttempt } from "./discard-attempt.ts";
import { type HostAccess, readMachine } from "./host-access.ts";
import { type MakingOutcome, makeCheckpoint } from "./make-checkpoint.ts";
import { CustodyKeeper, leavesOf } from "./recovery-custody.ts";
import type { OwnedCheckpoint } from "./release-checkpoint.ts";
import { renameCheckpoint } from "./rename-checkpoint.ts";
import { changedLeaves } from "./standing-disks.ts";

/** A standard checkpoint of ours that holds the machine's memory. */
export interface MemoryCheckpoint {
  readonly kind: "made";
  readonly owned: OwnedCheckpoint;
  readonly checkpoint: CheckpointInventory;
  /** The machine as it is with the checkpoint in its tree. */
  readonly machine: MachineInventory;
}

/**
 * Makes a checkpoint with memory, before the hold: the machine's checkpoint type is changed for it where it must be, and
 * put back at once. Whatever fails is undone before it is told.
 */
export async function makeMemoryCheckpoint(
  access: HostAccess,
  machine: MachineInventory,
  options: HoldOptions,
): Promise<MemoryCheckpoint | { readonly kind: "busy"; readonly busy: Busy }> {
  const former = await recordCheckpointType(access, machine, options.run);
  let custody: CustodyKeeper | undefined;
  try {
    const refusal = former === undefined ? undefined : await allowStandardCheckpoints(access, former);
    if (refusal !== undefined) throw failed(machine, refusal);
    custody = await CustodyKeeper.record(access, machine, { run: options.run, forMemory: true });
    const made = await makeCheckpoint(access, custody, { machine, level: "memory", signal: options.signal });
    if (made.kind === "made") await backToFormer(access, former, options);
    const settled = await settle(access, custody, { machine, made, options });
    if (settled.kind === "busy") await backToFormer(access, former, options);
    return settled;
  } catch (error) {
    if (error instanceof StillpointError) {
      if (custody !== undefined) await discardAttempt(access, custody.facts, options);
      await backToFormer(access, former, options);
    }
    throw error;
  }
}

async function settle(
  access: HostAccess,
  custody: CustodyKeeper,
  attempt: {
    readonly machine: MachineInventory;
    readonly made: MakingOutcome;
    readonly options: HoldOptions;
  },
): Promise<MemoryCheckpoint | { readonly kind: "busy"; readonly busy: Busy }> {
  const { machine, made, options } = attempt;
  if (made.kind === "failed") {
    const busy = busyFromFailure(machine, made);
    if (busy === undefined) throw failed(machine, `${made.sentence} (${made.code})`);
    await custody.strike(); // the host itself says that it made none
    return { kind: "busy", busy };
  }
  if (made.kind === "lost") throw failed(machine, made.sentence);
  const after = await readMachine(access, machine.id, options);
  const checkpoint = after?.checkpoints.find(({ id }) => id === made.checkpoint);
  if (after === undefined || checkpoint === undefined) {
    throw failed(
      machine,
      `the host said that the checkpoint ${made.checkpoint} is made, and does not list it`,
    );
  }
  await custody.amend({ standing: changedLeaves(custody.facts.leaves, leavesOf(after)) });
  const name = memoryCheckpointName(options.run);
  await renameCheckpoint(access, checkpoint, { name, options });
  if (!checkpoint.memory) throw failed(machine, "the checkpoint was made, and holds no memory");
  const owned = { ...custody.facts, checkpoint: made.checkpoint };
  // read once more: its new name is part of the tree that must stay as it is
  const named = (await readMachine(access, machine.id, options)) ?? after;
  return { kind: "made", owned, checkpoint, machine: named };
}

async function backToFormer(
  access: HostAccess,
  entry: TypeEntry | undefined,
  options: HoldOptions,
): Promise<void> {
  if (entry === undefined) return;
  const outcome = await putTypeBack(access, entry);
  if (outcome.kind !== "told") return;
  const notice = { code: "left-behind", message: `machine "${entry.machineName}": ${outcome.sentence}` };
  options.events({ type: "step-warning", step: options.step, notice });
}

function failed(machine: MachineInventory, sentence: string): CheckpointFailedError {
  return new CheckpointFailedError(
    `Cannot keep the memory of "${machine.name}": its checkpoint with memory could not be made. Hyper-V says: ${sentence}`,
    { machine: { id: machine.id, name: machine.name }, hostSentence: sentence },
  );
}
