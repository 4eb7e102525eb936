import {
  HostFileError,
  type HostFiles,
  parseWindowsPath,
  resolveWindowsPath,
  windowsNameKey,
  windowsParentFolder,
  windowsPathKey,
} from "../places/index.ts";

/**
 * Two paths are one place when their keys are equal: as Windows compares absolute paths, and exactly as written where
 * paths are relative to the root of a `folder:` host, whose file system may tell case apart.
 */
export function hostPathKey(path: string): string {
  return parseWindowsPath(path) === undefined ? namesOf(path).join("/") : windowsPathKey(path);
}

/** The last name of a path of either kind. */
export function hostFileName(path: string): string {
  return namesOf(path).at(-1) ?? "";
}

/**
 * Where a path leads that was written down in a file at `from`. Undefined where it leads nowhere: above the root of a
 * `folder:` host, or to an absolute place when the host has only relative ones.
 */
export function resolveHostPath(from: string, writtenPath: string): string | undefined {
  const written = writtenPath.replace(/^\\\\\?\\UNC\\/i, "\\\\").replace(/^\\\\\?\\(?=[a-z]:)/i, "");
  const absolute = parseWindowsPath(written) !== undefined;
  const names = namesOf(from).slice(0, -1);
  if (parseWindowsPath(from) !== undefined) {
    const folder = windowsParentFolder(from);
    return folder === undefined ? undefined : resolveWindowsPath(folder, written);
  }
  if (absolute || /^[\\/]/.test(written)) return undefined;
  for (const name of namesOf(written)) {
    if (name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  return names.join("/");
}

/**
 * The path as the host has it, or undefined when no file is there, or none that can be reached from here. Relative paths
 * are matched without case.
 */
export async function findHostFile(files: HostFiles, path: string): Promise<string | undefined> {
  try {
    return await findReachable(files, path);
  } catch (error) {
    if (error instanceof HostFileError && error.reason === "unmapped") return undefined;
    throw error;
  }
}

async function findReachable(files: HostFiles, path: string): Promise<string | undefined> {
  if ((await files.stat(path))?.kind === "file") return path;
  if (parseWindowsPath(path) !== undefined) return undefined;
  let found = "";
  for (const name of namesOf(path)) {
    const entries = await files.list(found);
    const match =
      entries.find((entry) => entry.name === name) ??
      entries.find((entry) => windowsNameKey(entry.name) === windowsNameKey(name));
    if (match === undefined) return undefined;
    found = found === "" ? match.name : `${found}/${match.name}`;
  }
  return (await files.stat(found))?.kind === "file" ? found : undefined;
}

function namesOf(path: string): string[] {
  return path.split(/[\\/]/).filter((name) => name !== "");
}
