import { HostFileError } from "../../places/index.ts";
import type { DiskChains } from "../disk-chains.ts";
import { MachineFileMissingError } from "../errors.ts";
import { hostPathKey } from "../host-path.ts";

/** Disks that belong together, because one is the parent of another. */
export interface LinkedDisks {
  /** Sorted. */
  readonly disks: readonly string[];
  /** Those that are nobody's parent; all of them when the links run in a circle. */
  readonly leaves: readonly string[];
  /** The first one, by name, without a parent among them. */
  readonly root: string;
}

/** Sorts disks into groups by their parent locators. What cannot be read now stands alone: a backup will say why. */
export async function linkDisks(
  disks: readonly string[],
  chains: DiskChains,
): Promise<readonly LinkedDisks[]> {
  const paths = new Map(disks.map((path) => [hostPathKey(path), path]));
  const parents = new Map<string, string>();
  for (const path of disks) {
    const parent = await parentOf(path, chains);
    const known = parent === undefined ? undefined : paths.get(hostPathKey(parent));
    if (known !== undefined && known !== path) parents.set(path, known);
  }
  const groups = new Map<string, string[]>();
  for (const path of disks) {
    const top = topOf(path, parents);
    groups.set(top, [...(groups.get(top) ?? []), path]);
  }
  return [...groups].map(([root, members]) => {
    const used = new Set(members.map((path) => parents.get(path)));
    const leaves = members.filter((path) => !used.has(path)).sort();
    return { disks: members.sort(), leaves: leaves.length > 0 ? leaves : members, root };
  });
}

/** The last ancestor; in a circle, the first of its members by name. */
function topOf(path: string, parents: ReadonlyMap<string, string>): string {
  const line = [path];
  for (let next = parents.get(path); next !== undefined; next = parents.get(next)) {
    const circle = line.indexOf(next);
    if (circle >= 0) return line.slice(circle).sort()[0] as string;
    line.push(next);
  }
  return line.at(-1) as string;
}

async function parentOf(path: string, chains: DiskChains): Promise<string | undefined> {
  try {
    return await chains.parentPlace(path);
  } catch (error) {
    if (error instanceof HostFileError || error instanceof MachineFileMissingError) return undefined;
    throw error;
  }
}
