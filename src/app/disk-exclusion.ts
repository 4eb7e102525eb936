import type { DiskExclusion } from "../hyperv/index.ts";
import { UsageError } from "./errors.ts";

const PLACE = /^(?:(?<machine>.+):)?(?<controller>ide|scsi),(?<number>\d{1,2}),(?<location>\d{1,2})$/is;
/** A path begins with a drive or a share; what has neither is the name of a file. */
const PATTERN = /^(?:(?<machine>[^\\/]+?):)?(?<pattern>[a-z]:[\\/].+|\\\\.+|[^:\\/]+)$/is;

/**
 * Reads `[MACHINE:]CONTROLLER,NUMBER,LOCATION` (`web01:scsi,0,1`) or `[MACHINE:]PATTERN`, a path or file name in which `*`
 * stands for anything and `?` for one character (`D:\Swap\*`, `web01:*-swap.vhdx`). @throws {UsageError}
 */
export function parseDiskExclusion(text: string): DiskExclusion {
  const place = PLACE.exec(text)?.groups;
  if (place !== undefined) {
    const controller = place["controller"]?.toLowerCase() === "ide" ? "ide" : "scsi";
    const [number, location] = [Number(place["number"]), Number(place["location"])];
    return { text, machine: place["machine"], disks: { place: { controller, number, location } } };
  }
  const named = PATTERN.exec(text)?.groups;
  if (named?.["pattern"] === undefined) {
    throw new UsageError(
      `Cannot understand the exclusion "${text}": wanted [MACHINE:]CONTROLLER,NUMBER,LOCATION such as scsi,0,1, or [MACHINE:]PATH with * and ?`,
    );
  }
  return { text, machine: named["machine"], disks: { pattern: named["pattern"] } };
}
