import type { RestorePoint } from "../vault/index.ts";
import { type Naming, targetNameKey, usableName } from "./target-name.ts";

type NamedPoint = Pick<RestorePoint, "id" | "machine" | "time">;

/**
 * The folder of each restore point below the one that several are restored into: the machine's name; with the time of the
 * restore point where several would have it, and with the restore point's id where that is not enough.
 */
export function pointFolders(points: readonly NamedPoint[], naming: Naming): readonly string[] {
  const longer = [nameOf, nameAndTime, nameTimeAndId];
  const folders = points.map((point) => nameOf(point, naming));
  for (const more of longer.slice(1)) {
    const taken = countOf(folders.map((folder) => targetNameKey(folder, naming)));
    for (const [at, point] of points.entries()) {
      const isShared = (taken.get(targetNameKey(folders[at] as string, naming)) ?? 0) > 1;
      if (isShared) folders[at] = more(point, naming);
    }
  }
  return folders;
}

/** Whoever stored it may say of the machine what he likes, of the id of a restore point not. */
function nameOf({ machine, id }: NamedPoint, naming: Naming): string {
  return usableName(machine.name, naming) ?? usableName(machine.id, naming) ?? id;
}

/** No name may have colons on Windows. */
function nameAndTime(point: NamedPoint, naming: Naming): string {
  const seconds = Temporal.Instant.from(point.time).toString({ smallestUnit: "second" });
  const time = seconds.replaceAll(":", "-");
  return `${nameOf(point, naming)} ${time}`;
}

function nameTimeAndId(point: NamedPoint, naming: Naming): string {
  return `${nameAndTime(point, naming)} ${point.id}`;
}

function countOf(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
