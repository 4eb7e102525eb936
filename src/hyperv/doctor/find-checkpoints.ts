import { textIn } from "../capture/journal-facts.ts";
import { checkpointName, isOurs } from "../checkpoint-name.ts";
import type { CheckpointInventory, MachineInventory } from "../inventory/machine-inventory.ts";
import { ageSeconds } from "./age.ts";
import type { Examination } from "./examination.ts";
import type { Leftover } from "./leftover.ts";

/** Backup checkpoints that no entry of the journal speaks of, and user checkpoints with our name. */
export function findCheckpoints(examination: Examination): readonly Leftover[] {
  const { entries } = examination;
  const ids = new Set(entries.map(({ facts }) => textIn(facts["checkpoint"])?.toLowerCase()));
  const runs = entries.map(({ facts }) => textIn(facts["run"]) ?? "").filter((run) => run !== "");
  const names = new Set(runs.map(checkpointName));
  const isKnown = ({ id, name }: CheckpointInventory): boolean => ids.has(id) || names.has(name);
  const isRun = ({ name }: CheckpointInventory): boolean => runs.some((run) => name.includes(run));
  return examination.machines.flatMap((machine) => [
    ...machine.recoveryCheckpoints
      .filter((checkpoint) => !isKnown(checkpoint))
      .map((checkpoint) => leftover(examination, machine, checkpoint)),
    ...machine.checkpoints
      .filter((checkpoint) => isOurs(checkpoint.name) && !isKnown(checkpoint) && !isRun(checkpoint))
      .map((checkpoint) => leftover(examination, machine, checkpoint)),
  ]);
}

function leftover(
  { now }: Examination,
  machine: MachineInventory,
  { id, name, created }: CheckpointInventory,
): Leftover {
  const isOfUs = isOurs(name);
  return {
    kind: "recovery-checkpoint",
    owner: isOfUs ? "other-installation" : "other",
    machine: { id: machine.id, name: machine.name },
    subject: `${name} (${id.toUpperCase()})`,
    ageSeconds: ageSeconds(created, now),
    removable: false,
    action: isOfUs
      ? "nothing: it has the name of another Stillpoint installation's run, whose own next start takes it away; remove it by hand when that is gone"
      : "nothing: another product's backup may need it; let that product's own clean-up take it away",
  };
}
