import type { Guid } from "../../base/index.ts";
import { numbersOf, optionalNumberOf } from "../../cim/index.ts";
import { HostFileError, type HostFiles, windowsPathKey } from "../../places/index.ts";
import { placeText } from "../inventory/attached-disks.ts";
import type { MachineTree } from "../inventory/machine-inventory.ts";
import { readState } from "../inventory/machine-state.ts";
import type { WaitOptions } from "../machine-host.ts";
import { type HostAccess, readMachineTree } from "./host-access.ts";
import { pauses } from "./pauses.ts";

/** What must be gone. */
export interface Expected {
  readonly checkpoint: Guid;
  /** Files that the checkpoint put on top of the machine's disks. */
  readonly standing: readonly string[];
}

/** A merge of terabytes takes hours; beyond this it is called stuck. */
const MERGE_LIMIT_MS = 12 * 3_600_000;
/** Merging starts by itself, a little after the checkpoint is gone. */
const START_MS = 45_000;

/**
 * Waits until the host has merged what the checkpoint left, and looks whether all of it is gone. Gives what is not, one
 * sentence each; empty: the machine is as if nothing had been.
 */
export async function watchMerge(
  access: HostAccess,
  known: { readonly machine: MachineTree; readonly expected: Expected },
  options: WaitOptions = {},
): Promise<readonly string[]> {
  const { clock } = access;
  const { machine, expected } = known;
  const limit = clock.monotonicMs() + MERGE_LIMIT_MS;
  let lastMerging = clock.monotonicMs();
  for (const pause of pauses()) {
    const merging = await isMerging(access, machine, options);
    if (merging) lastMerging = clock.monotonicMs();
    else {
      const now = await readMachineTree(access, machine.id, options);
      const left = now === undefined ? [] : await remains(access.files, now, expected);
      if (left.length === 0 || clock.monotonicMs() >= lastMerging + START_MS) return left;
    }
    if (clock.monotonicMs() >= limit) return ["its disks are still being merged, for twelve hours now"];
    await clock.sleep(pause, options);
  }
  return [];
}

/** One cheap look, where the whole inventory would be asked for every few seconds. */
async function isMerging(access: HostAccess, machine: MachineTree, options: WaitOptions): Promise<boolean> {
  if (machine.reference === undefined) return false;
  const row = await access.session.get(machine.reference, options);
  if (row === undefined) return false;
  const { activity } = readState({
    enabledState: optionalNumberOf(row, "EnabledState"),
    operationalStatus: numbersOf(row, "OperationalStatus"),
    healthState: undefined,
  });
  return activity === "merging" || activity === "checkpointing";
}

/** What of the checkpoint can still be seen. */
async function remains(
  files: HostFiles,
  machine: MachineTree,
  expected: Expected,
): Promise<readonly string[]> {
  const all = [...machine.recoveryCheckpoints, ...machine.checkpoints];
  const checkpoint = all.find(({ id }) => id === expected.checkpoint);
  if (checkpoint !== undefined) return [`its checkpoint "${checkpoint.name}" (${checkpoint.id}) stands`];
  const standing = new Set(expected.standing.map(windowsPathKey));
  const inUse = machine.disks.filter(({ path }) => path !== undefined && standing.has(windowsPathKey(path)));
  if (inUse.length > 0) {
    return inUse.map(
      (disk) => `its disk ${placeText(disk)} still is the checkpoint disk "${disk.path ?? ""}", not merged`,
    );
  }
  return await standingFiles(files, expected.standing);
}

/** Which of the files are still there, one sentence each. */
export async function standingFiles(files: HostFiles, paths: readonly string[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const path of paths) {
    if (await isThere(files, path)) left.push(`the checkpoint disk "${path}" is still there`);
  }
  return left;
}

/** A path that cannot be reached from here proves nothing; the host's own word has been asked already. */
async function isThere(files: HostFiles, path: string): Promise<boolean> {
  try {
    return (await files.stat(path)) !== undefined;
  } catch (error) {
    if (error instanceof HostFileError) return false;
    throw error;
  }
}
