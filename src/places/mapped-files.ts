import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileRefusal, isAbsence, unmappable } from "./file-refusal.ts";
import type { HostFiles } from "./host-files.ts";
import { NativeFiles } from "./native-files.ts";
import { parseWindowsPath, windowsNameKey, windowsPathKey } from "./windows-path.ts";

/** Where the places of a Windows host are readable from here; the values are folders of this machine. */
export interface PathMap {
  /** By letter: `{ "D": "//hv01/D$" }`. */
  readonly drives?: Readonly<Record<string, string>> | undefined;
  /** By share: `{ "\\\\nas\\machines": "/mnt/machines" }`. */
  readonly shares?: Readonly<Record<string, string>> | undefined;
  /**
   * By any other root: a volume's or a shadow copy's device path. `\\?\GLOBALROOT\Device` names the folder that has all
   * other devices by their names.
   */
  readonly devices?: Readonly<Record<string, string>> | undefined;
  /** Shares that are not named are read by their own paths: where this machine is a Windows that reaches them itself. */
  readonly otherShares?: "as-written" | undefined;
}

/** Names that Windows gives to devices, with any extension and in any folder. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?$/i;
const ALL_DEVICES = windowsNameKey("\\\\?\\GLOBALROOT\\Device");
const DEVICE_ROOT = /^\\\\\?\\GLOBALROOT\\Device\\([^\\]+)$/i;
/** A server by its name; one with an "@" would be asked over HTTP (WebDAV). */
const SERVER_AND_SHARE = /^\\\\[\p{L}\p{N}_][\p{L}\p{N}._-]*\\([^\\]+)$/u;
const NO_SHARE_OF_FILES = /^(?:pipe|mailslot|ipc\$)$/i;
/** What no file name of Windows holds; the colon begins an alternate stream, and behind `\\?\` a slash separates nothing. */
const FORBIDDEN = /[/:*?"<>|]/;

/**
 * A Windows host's files, read through folders of this machine that show its drives and shares. Names are matched as
 * Windows compares them: without case, the one written exactly so first.
 */
export function mappedFiles(map: PathMap): HostFiles {
  const roots = rootsOf(map);
  const resolve = async (path: string): Promise<string> => {
    const parsed = parseWindowsPath(path);
    if (parsed === undefined) throw unmappable(path, "it is not an absolute Windows path");
    const folder =
      roots.get(windowsPathKey(parsed.root)) ??
      otherDevice(roots, path, parsed.root) ??
      otherShare(map, path, parsed.root);
    if (folder === undefined) throw unmappable(path, `no folder is mapped for "${parsed.root}"`);
    for (const name of parsed.names) refuseName(path, name);
    return await matchNames(folder, parsed.names, path);
  };
  return new NativeFiles({ resolve, mayFollow: async () => true });
}

/** A device below the folder of all devices, by its name as it was written. */
function otherDevice(roots: ReadonlyMap<string, string>, path: string, root: string): string | undefined {
  const folder = roots.get(ALL_DEVICES);
  const name = DEVICE_ROOT.exec(root)?.[1];
  if (folder === undefined || name === undefined) return undefined;
  refuseName(path, name);
  return join(folder, name);
}

/**
 * A share by its own path; undefined for any other root, and where the map says all there is. The path is what a host
 * says: it leads to a server's files, and to nothing else that Windows would sign in to.
 */
function otherShare(map: PathMap, path: string, root: string): string | undefined {
  if (map.otherShares === undefined) return undefined;
  const plain = root.replace(/^\\\\\?\\UNC\\/i, "\\\\");
  const share = SERVER_AND_SHARE.exec(plain)?.[1];
  if (share === undefined) return undefined;
  refuseName(path, share);
  if (NO_SHARE_OF_FILES.test(share)) throw unmappable(path, `"${share}" is no share of files`);
  return plain;
}

function rootsOf(map: PathMap): ReadonlyMap<string, string> {
  const drives = Object.entries(map.drives ?? {}).map(([drive, folder]) => [
    drive.replace(/:?\\?$/, ":"),
    folder,
  ]);
  const others = [...Object.entries(map.shares ?? {}), ...Object.entries(map.devices ?? {})];
  return new Map(
    [...drives, ...others].map(([root, folder]) => {
      if (windowsNameKey((root as string).replace(/\\$/, "")) === ALL_DEVICES)
        return [ALL_DEVICES, folder as string];
      const parsed = parseWindowsPath(root as string);
      if (parsed === undefined || parsed.names.length > 0) {
        throw unmappable(root as string, "a path map names drives and shares, not folders in them");
      }
      return [windowsPathKey(parsed.root), folder as string];
    }),
  );
}

function refuseName(path: string, name: string): void {
  if (name === "." || name === "..") throw unmappable(path, `it holds the step "${name}"`);
  if (FORBIDDEN.test(name) || hasControlCharacter(name))
    throw unmappable(path, "it holds a character that no file name may have");
  if (/[. ]$/.test(name))
    throw unmappable(path, "a name in it ends in a dot or a space, which Windows drops");
  if (DEVICE.test(name)) throw unmappable(path, `"${name}" is a device`);
}

function hasControlCharacter(name: string): boolean {
  return Array.from(name).some((character) => character < " ");
}

/** The native path: what exists is matched without case, what is still missing is taken as written. */
async function matchNames(root: string, names: readonly string[], shown: string): Promise<string> {
  const exact = join(root, ...names);
  if (await exists(exact, shown)) return exact;
  let folder = root;
  for (const [at, name] of names.entries()) {
    const match = await matchName(folder, name, shown);
    if (match === undefined) return join(folder, ...names.slice(at));
    folder = join(folder, match);
  }
  return folder;
}

async function matchName(folder: string, name: string, shown: string): Promise<string | undefined> {
  if (await exists(join(folder, name), shown)) return name;
  try {
    const key = windowsNameKey(name);
    const candidates = (await readdir(folder)).filter((candidate) => windowsNameKey(candidate) === key);
    return candidates.sort()[0];
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw fileRefusal("list the folder of", shown, error);
  }
}

async function exists(native: string, shown: string): Promise<boolean> {
  try {
    await lstat(native);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw fileRefusal("look at", shown, error);
  }
}
