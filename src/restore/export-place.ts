import { parseGuid } from "../base/index.ts";
import type { RestorePoint, StoredFile } from "../vault/index.ts";
import { originalPlace } from "./original-place.ts";

/** The folders of Hyper-V's own export; what a machine's folder held besides gets one of its own. */
const FOLDERS = {
  disks: "Virtual Hard Disks",
  machine: "Virtual Machines",
  checkpoints: "Snapshots",
  others: "Other Files",
} as const;

/**
 * Where Hyper-V's export has a file: folder and name. The configuration of a recovery checkpoint, which is the machine's
 * at the held instant, gets the machine's id as its name.
 */
export function exportPlace(file: StoredFile, point: RestorePoint): readonly string[] {
  const names = originalPlace(file.path);
  const name = names.at(-1) as string;
  if (file.role === "disk") return [FOLDERS.disks, name];
  if (file.role === "other") return [FOLDERS.others, name];
  if (isOfCheckpoint(file, names, point)) return [FOLDERS.checkpoints, ...insideOwnFolder(names)];
  return [FOLDERS.machine, ...insideOwnFolder(names).map((part) => machineName(part, point))];
}

function isOfCheckpoint(file: StoredFile, names: readonly string[], point: RestorePoint): boolean {
  if (point.tree.checkpoints.some((checkpoint) => checkpoint.files.includes(file.path))) return true;
  return point.method === "files" && names.slice(0, -1).some((name) => name.toLowerCase() === "snapshots");
}

/** Up to 2012 R2 a saved state lies in a folder named for its configuration: `<id>.xml` beside `<id>\<id>.vsv`. */
function insideOwnFolder(names: readonly string[]): readonly string[] {
  const [folder, name] = names.slice(-2);
  if (folder === undefined || name === undefined) return names.slice(-1);
  return stemOf(name).toLowerCase() === folder.toLowerCase() ? [folder, name] : [name];
}

function machineName(name: string, point: RestorePoint): string {
  const stem = stemOf(name);
  if (point.method !== "recovery-checkpoint" || parseGuid(stem) === undefined) return name;
  return point.machine.id.toUpperCase() + name.slice(stem.length);
}

function stemOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? name : name.slice(0, dot);
}
