import { CimAnswerError, CimFault } from "../../cim/index.ts";
import { HostFileError, windowsFileName, windowsParentFolder, windowsPathKey } from "../../places/index.ts";
import { parentPathOf } from "../capture/disk-parents.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { ageSeconds } from "./age.ts";
import type { Examination } from "./examination.ts";
import type { Leftover } from "./leftover.ts";

const DIFFERENCING = /\.avhdx?$/i;
/** Hyper-V allows 50 checkpoints; a chain beyond this is no chain. */
const LONGEST_CHAIN = 128;

/**
 * Differencing disks that the checkpoint tree does not explain: in a machine's chain without a checkpoint, which is an
 * orphan of a removed one or of a merge that did not happen; or beside its disks and in no chain at all.
 */
export async function findDiskLeftovers(examination: Examination): Promise<readonly Leftover[]> {
  const { machines, signal } = examination;
  const used = new Set<string>();
  const leftovers: Leftover[] = [];
  for (const machine of machines) {
    const known = new Set(namedFiles(machine).map(windowsPathKey));
    for (const path of known) used.add(path);
    for (const { path } of machine.disks) {
      if (path === undefined || !DIFFERENCING.test(path)) continue;
      const parents = await parentsOf(examination, path);
      for (const parent of parents) used.add(windowsPathKey(parent));
      const unexplained = parents.filter((one) => DIFFERENCING.test(one) && !known.has(windowsPathKey(one)));
      leftovers.push(...unexplained.map((one) => longChain(machine, one)));
    }
  }
  signal?.throwIfAborted();
  for (const machine of machines) leftovers.push(...(await strayDisks(examination, machine, used)));
  return leftovers;
}

function namedFiles(machine: MachineInventory): readonly string[] {
  const checkpoints = [...machine.checkpoints, ...machine.recoveryCheckpoints];
  return [machine, ...checkpoints]
    .flatMap(({ disks }) => disks)
    .flatMap(({ path }) => (path === undefined ? [] : [path]));
}

/** As the host reads them from the files; where it does not say it, as far as it does. */
async function parentsOf({ access, signal }: Examination, leaf: string): Promise<readonly string[]> {
  const parents: string[] = [];
  try {
    let parent = await parentPathOf(access, leaf, { signal });
    while (typeof parent === "string" && parents.length < LONGEST_CHAIN && !parents.includes(parent)) {
      parents.push(parent);
      parent = DIFFERENCING.test(parent) ? await parentPathOf(access, parent, { signal }) : undefined;
    }
  } catch (error) {
    if (!(error instanceof CimFault) && !(error instanceof CimAnswerError)) throw error;
  }
  return parents;
}

function longChain(machine: MachineInventory, path: string): Leftover {
  return {
    kind: "long-chain",
    owner: "unknown",
    machine: { id: machine.id, name: machine.name },
    subject: path,
    ageSeconds: null,
    removable: false,
    action:
      "nothing: the machine needs it, and no checkpoint explains it; a merge is outstanding or was lost. Shut the machine down, and if it stays, merge it by Hyper-V Manager's Edit Disk after a backup",
  };
}

async function strayDisks(
  { access, now }: Examination,
  machine: MachineInventory,
  used: Set<string>,
): Promise<readonly Leftover[]> {
  const folders = new Map(
    namedFiles(machine).map((path) => {
      const folder = windowsParentFolder(path) ?? path;
      return [windowsPathKey(folder), folder];
    }),
  );
  const leftovers: Leftover[] = [];
  for (const folder of folders.values()) {
    for (const path of await differencingIn(access, folder)) {
      if (used.has(windowsPathKey(path))) continue;
      used.add(windowsPathKey(path)); // several machines may share a folder
      const facts = await access.files.stat(path);
      leftovers.push({
        kind: "differencing-disk",
        owner: "unknown",
        subject: path,
        ageSeconds: ageSeconds(facts?.modified ?? null, now),
        removable: false,
        action: `nothing: no machine of this host names "${windowsFileName(path)}"; keep it until you know what it was`,
      });
    }
  }
  return leftovers;
}

async function differencingIn(access: Examination["access"], folder: string): Promise<readonly string[]> {
  try {
    const entries = await access.files.list(folder);
    return entries.filter(({ name }) => DIFFERENCING.test(name)).map(({ name }) => `${folder}\\${name}`);
  } catch (error) {
    if (error instanceof HostFileError) return []; // not readable from here: nothing is known of it
    throw error;
  }
}
