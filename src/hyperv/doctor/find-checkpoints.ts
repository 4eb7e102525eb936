import { type RecoveryCustody, readCustody } from "../capture/recovery-custody.ts";
import { isOurs } from "../checkpoint-name.ts";
import type { CheckpointInventory, MachineInventory } from "../inventory/machine-inventory.ts";
import { ageSeconds } from "./age.ts";
import type { Examination } from "./examination.ts";
import type { Leftover } from "./leftover.ts";

/** Backup checkpoints that no entry of the journal speaks of, and user checkpoints with our name. */
export function findCheckpoints(examination: Examination): readonly Leftover[] {
  const known = examination.entries.flatMap((entry) => readCustody(entry) ?? []);
  return examination.machines.flatMap((machine) =>
    [
      ...machine.recoveryCheckpoints.map((checkpoint) => ({ checkpoint, forMemory: undefined })),
      ...machine.checkpoints
        .filter(({ name }) => isOurs(name))
        .map((checkpoint) => ({ checkpoint, forMemory: true as const })),
    ]
      .filter((found) => !known.some((custody) => speaksOf(custody, machine, found)))
      .map(({ checkpoint }) => leftover(examination, machine, checkpoint)),
  );
}

/** By its id; between the making of a checkpoint and the moment at which that is known, the entry is all that speaks of it. */
function speaksOf(
  custody: RecoveryCustody,
  machine: MachineInventory,
  found: { readonly checkpoint: CheckpointInventory; readonly forMemory?: true | undefined },
): boolean {
  const { id } = found.checkpoint;
  if (custody.machine !== machine.id || custody.forMemory !== found.forMemory) return false;
  return custody.checkpoint === undefined ? !custody.before.includes(id) : custody.checkpoint === id;
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
