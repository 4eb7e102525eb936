import { realpath } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { HostFileError } from "./errors.ts";
import { fileRefusal, isAbsence, unmappable } from "./file-refusal.ts";
import type { FolderFiles } from "./host-files.ts";
import { NativeFiles } from "./native-files.ts";

/**
 * The files below one folder, by paths relative to it (`/` or `\` between names; the empty path is the folder itself).
 * Nothing outside can be reached: not by `..`, not by an absolute path, not through a link.
 */
export function folderFiles(root: string): FolderFiles {
  const mayFollow = async (native: string): Promise<boolean> => {
    const [inside, target] = [await realPlace(root), await realPlace(native)];
    return target === inside || target.startsWith(inside.endsWith(sep) ? inside : inside + sep);
  };
  const resolve = async (path: string): Promise<string> => {
    const native = join(root, ...namesOf(path));
    try {
      if (await mayFollow(native)) return native;
    } catch (error) {
      throw fileRefusal("look at", path, error);
    }
    throw new HostFileError(`Cannot use "${path}": a link leads out of the folder`, {
      path,
      reason: "denied",
    });
  };
  return new NativeFiles({ resolve, mayFollow });
}

function namesOf(path: string): string[] {
  if (path.includes("\0")) throw unmappable(path, "it holds a zero character");
  if (/^[\\/]/.test(path) || /^[a-z]:[\\/]/i.test(path))
    throw unmappable(path, "it is not relative to the folder");
  const names = path.split(/[\\/]/).filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw unmappable(path, "it climbs out of a folder");
  if (sep === "\\" && names.some((name) => name.includes(":")))
    throw unmappable(path, "it names an alternate stream");
  return names;
}

/** The place with all links followed, as far as it exists; the missing rest as written. */
async function realPlace(native: string): Promise<string> {
  try {
    return await realpath(native);
  } catch (error) {
    const folder = dirname(native);
    if (!isAbsence(error) || folder === native) throw error;
    return join(await realPlace(folder), relative(folder, native));
  }
}
