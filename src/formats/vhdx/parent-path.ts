import type { ParentLocator } from "./parent-locator.ts";

/** A path at which a parent may lie. */
export interface ParentCandidate {
  /**
   * How it was found. `relative` and `beside` stay near the child; `absolute` and `volume` name a place on the host that
   * made the child, which on another host, or for a child in a shadow copy, may be another file.
   */
  readonly kind: "relative" | "absolute" | "volume" | "beside";
  readonly path: string;
}

interface SplitPath {
  /** Ends in a separator; empty for a relative path. */
  readonly root: string;
  readonly names: readonly string[];
  readonly separator: "\\" | "/";
}

const WINDOWS_ROOT =
  /^(?:\\\\[?.]\\GLOBALROOT\\Device\\[^\\]+|\\\\[?.]\\UNC\\[^\\]+\\[^\\]+|\\\\[?.]\\[^\\]+|\\\\[^\\]+\\[^\\]+|[a-z]:)(?=\\|$)/i;
/** A path of another host never names a stream of a file, nor holds control characters. */
// oxlint-disable-next-line no-control-regex
const REFUSED_NAME = /[:\u0000-\u001f]/;

/**
 * Where to look for the parent of the child at a path, best first: relative, absolute, volume, then every name that
 * the locator knows beside the child. Paths that climb above their root are left out. A child whose path has slashes only
 * gets the candidates near it, for Windows' own paths mean nothing there.
 */
export function parentCandidates(locator: ParentLocator, childPath: string): readonly ParentCandidate[] {
  const { relativePath, absolutePath, volumePath } = locator;
  const found: ParentCandidate[] = [];
  const add = (kind: ParentCandidate["kind"], path: string | undefined): void => {
    if (path === undefined || samePath(path, childPath)) return;
    if (!found.some((candidate) => samePath(candidate.path, path))) found.push({ kind, path });
  };
  if (relativePath !== undefined) add("relative", resolveBeside(childPath, relativePath));
  if (split(childPath).separator === "\\") {
    if (absolutePath !== undefined) add("absolute", absolute(absolutePath));
    if (volumePath !== undefined) add("volume", absolute(volumePath));
  }
  for (const path of [relativePath, absolutePath, volumePath]) {
    const name = path === undefined ? undefined : split(withBackslashes(path)).names.at(-1);
    if (name !== undefined) add("beside", resolveBeside(childPath, name));
  }
  return found;
}

/**
 * A relative path seen from the folder of the file at `childPath`, in that path's own style. Undefined when it is not
 * relative, climbs above the root, or does not name a file.
 */
export function resolveBeside(childPath: string, relativePath: string): string | undefined {
  const target = split(withBackslashes(relativePath));
  const isAbsolute = target.root !== "" || /^[\\/]/.test(relativePath);
  const last = target.names.at(-1);
  if (isAbsolute || last === undefined || last === ".") return undefined;
  const child = split(childPath);
  return format({ ...child, names: [...child.names.slice(0, -1), ...target.names] });
}

/** What makes two spellings the same path: Windows' paths compare without case. */
export function pathKey(path: string): string {
  return split(path).separator === "\\" ? path.toLowerCase() : path;
}

function samePath(a: string, b: string): boolean {
  return pathKey(a) === pathKey(b);
}

/** An absolute path in its usual form, `C:\…` for `\\?\C:\…`; undefined when it is none. */
function absolute(path: string): string | undefined {
  const plain = withBackslashes(path)
    .replace(/^\\\\\?\\UNC\\/i, "\\\\")
    .replace(/^\\\\\?\\(?=[a-z]:)/i, "");
  const target = split(plain);
  return target.root === "" ? undefined : format(target);
}

function withBackslashes(path: string): string {
  return path.replaceAll("/", "\\");
}

function split(path: string): SplitPath {
  const isWindows = path.includes("\\") || /^[a-z]:/i.test(path);
  if (!isWindows) {
    const root = path.startsWith("/") ? "/" : "";
    return { root, names: path.split("/").filter((name) => name !== ""), separator: "/" };
  }
  const root = WINDOWS_ROOT.exec(path)?.[0] ?? "";
  const names = path.slice(root.length).split(/[\\/]/);
  return {
    root: root === "" ? "" : `${root}\\`,
    names: names.filter((name) => name !== ""),
    separator: "\\",
  };
}

/** Works out `.` and `..`; undefined when there is nothing left to climb out of, or no file name. */
function format(path: SplitPath): string | undefined {
  const names: string[] = [];
  for (const name of path.names) {
    if (name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  if (names.length === 0 || path.names.at(-1) === ".." || names.some((name) => REFUSED_NAME.test(name)))
    return undefined;
  return path.root + names.join(path.separator);
}
