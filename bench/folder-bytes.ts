import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** The lengths of all files below a folder, together. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}
