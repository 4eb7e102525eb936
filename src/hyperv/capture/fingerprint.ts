import type { Guid } from "../../base/index.ts";
import { windowsPathKey } from "../../places/index.ts";
import { MachineChangedError } from "../errors.ts";
import { placeText } from "../inventory/attached-disks.ts";
import type { AttachedDisk, CheckpointInventory, MachineTree } from "../inventory/machine-inventory.ts";
import type { WaitOptions } from "../machine-host.ts";
import { type HostAccess, readMachineTree } from "./host-access.ts";

/** What must stay the same while files are read; each line is one fact, in words. */
export interface Fingerprint {
  readonly lines: readonly string[];
  readonly checkpoint: Guid;
}

/**
 * The tree (ids, names, parents, current), the disks of every checkpoint and the live disks. Whether the guest runs is
 * none of it: what is held stays held when a machine is started, stopped or paused. A machine that is being moved counts
 * as changed: its files are on the way to another place.
 */
export function fingerprintOf(machine: MachineTree, checkpoint: Guid): Fingerprint {
  const held = machine.recoveryCheckpoints.find(({ id }) => id === checkpoint);
  const moving = machine.activity === "migrating" || machine.activity === "exporting";
  const lines = [
    `the backup checkpoint ${held === undefined ? "is gone" : "stands"}`,
    ...(held === undefined ? [] : disksLines("the backup checkpoint", held.disks)),
    `the machine is ${moving ? "being moved" : "in its place"}`,
    `the current checkpoint is ${machine.current ?? "none"}`,
    ...machine.checkpoints.flatMap(checkpointLines),
    ...disksLines("the machine", machine.disks),
  ];
  return { lines: lines.sort(), checkpoint };
}

/** The user's tree alone, in words: what must be the same before and after a shadow copy is made. */
export function treeLines(machine: MachineTree): readonly string[] {
  return [
    `the current checkpoint is ${machine.current ?? "none"}`,
    ...machine.checkpoints.flatMap(checkpointLines),
  ].sort();
}

/** Reads the machine again and compares. @throws {MachineChangedError} */
export async function confirmUnchanged(
  access: HostAccess,
  before: {
    readonly machine: { readonly id: Guid; readonly name: string };
    readonly fingerprint: Fingerprint;
  },
  options: WaitOptions = {},
): Promise<void> {
  const { machine, fingerprint } = before;
  const now = await readMachineTree(access, machine.id, options);
  const action = `Cannot finish the backup of "${machine.name}"`;
  if (now === undefined) {
    throw new MachineChangedError(`${action}: the machine is not on this host any more`, { machine });
  }
  const lines = fingerprintOf(now, fingerprint.checkpoint).lines;
  const added = lines.filter((line) => !fingerprint.lines.includes(line));
  const missing = fingerprint.lines.filter((line) => !lines.includes(line));
  const difference = added[0] ?? missing[0];
  if (difference === undefined) return;
  const sentence = added[0] === undefined ? `it is not so any more that ${difference}` : `now ${difference}`;
  throw new MachineChangedError(`${action}: it changed while it was read, ${sentence}`, { machine });
}

function checkpointLines(checkpoint: CheckpointInventory): readonly string[] {
  const { id, name, parent } = checkpoint;
  return [
    `there is the checkpoint ${id} "${name}" below ${parent ?? "nothing"}`,
    ...disksLines(`the checkpoint ${id}`, checkpoint.disks),
  ];
}

function disksLines(owner: string, disks: readonly AttachedDisk[]): readonly string[] {
  return disks.map((disk) => {
    const file = disk.path === undefined ? "no file" : `"${windowsPathKey(disk.path)}"`;
    return `${owner} has at ${placeText(disk)} ${file}`;
  });
}
