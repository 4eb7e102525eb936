import type { Guid } from "../../base/index.ts";
import { textIn } from "../capture/journal-facts.ts";
import { readCustody } from "../capture/recovery-custody.ts";
import { checkpointName, isOurs } from "../checkpoint-name.ts";
import type { CustodyEntry } from "../custody.ts";
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
  const isMade = (machine: MachineInventory, { id }: CheckpointInventory): boolean =>
    entries.some((entry) => isBeingMade(entry, { machine: machine.id, checkpoint: id }));
  const isRun = ({ name }: CheckpointInventory): boolean => runs.some((run) => name.includes(run));
  return examination.machines.flatMap((machine) => [
    ...machine.recoveryCheckpoints
      .filter((checkpoint) => !isKnown(checkpoint) && !isMade(machine, checkpoint))
      .map((checkpoint) => leftover(examination, machine, checkpoint)),
    ...machine.checkpoints
      .filter((checkpoint) => isOurs(checkpoint.name) && !isKnown(checkpoint) && !isRun(checkpoint))
      .map((checkpoint) => leftover(examination, machine, checkpoint)),
  ]);
}

/** Between the making of a checkpoint and the moment at which its id is known, the entry is all that speaks of it. */
function isBeingMade(
  entry: CustodyEntry,
  about: { readonly machine: Guid; readonly checkpoint: Guid },
): boolean {
  const custody = readCustody(entry);
  if (custody === undefined || custody.machine !== about.machine || custody.forMemory === true) return false;
  return custody.checkpoint === undefined && !custody.before.includes(about.checkpoint);
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
