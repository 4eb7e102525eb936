import type { Dirent } from "node:fs";
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  HostFileError,
  type HostFiles,
  mappedFiles,
  parseWindowsPath,
  windowsNameKey,
} from "../../places/index.ts";
import { copyTree } from "./copy-tree.ts";
import { DriveFile } from "./drive-file.ts";

const DEVICES = "\\\\?\\GLOBALROOT\\Device\\";

/**
 * The simulated host's drives: `drives/D/…` is `D:\…`, `drives/UNC/server/share/…` is `\\server\share\…`; shadow copies of
 * them are in `shadows`, in folders named for their devices. What the host itself does with its files goes through here;
 * clients see them through `HostFiles`.
 */
export class HostDrives {
  readonly #folder: string;
  readonly #root: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#root = join(folder, "drives");
  }

  /** The native path; names are matched as Windows compares them, what is missing is taken as written. */
  async resolve(path: string): Promise<string> {
    const parsed = parseWindowsPath(path);
    if (parsed === undefined) throw unknownPlace(path);
    const root = rootNames(parsed.root);
    if (root.length === 0) throw unknownPlace(path);
    const names = [...root, ...parsed.names];
    let native = this.#folder;
    for (const name of names) native = join(native, await matchName(native, name));
    return native;
  }

  /** Opens an existing file for reading and writing. @throws {HostFileError} "missing" */
  async open(path: string): Promise<DriveFile> {
    return await DriveFile.open(await this.resolve(path), path);
  }

  /** Opens an existing file for reading. @throws {HostFileError} "missing" */
  async openToRead(path: string): Promise<DriveFile> {
    return await DriveFile.openToRead(await this.resolve(path), path);
  }

  /** Makes a file and the folders above it. @throws {HostFileError} "exists" */
  async create(path: string): Promise<DriveFile> {
    return await DriveFile.create(await this.resolve(path), path);
  }

  async makeFolder(path: string): Promise<void> {
    await mkdir(await this.resolve(path), { recursive: true });
  }

  async exists(path: string): Promise<boolean> {
    return (await listed(dirname(await this.resolve(path)))).some(
      (name) => windowsNameKey(name) === windowsNameKey(parseWindowsPath(path)?.names.at(-1) ?? ""),
    );
  }

  async copy(from: string, to: string): Promise<void> {
    const target = await this.resolve(to);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(await this.resolve(from), target);
  }

  /** Copies a volume, without what is mounted in it, to where nothing is; whole when it resolves, else not there. */
  async copyVolume(from: string, to: string, mounted: readonly string[]): Promise<void> {
    const except = await Promise.all(mounted.map(async (root) => await this.resolve(root)));
    await copyTree(await this.resolve(from), await this.resolve(to), except);
  }

  /** Absent already is fine. A shadow copy's device goes with all that is below it. */
  async remove(path: string): Promise<void> {
    const recursive = isShadowCopy(path) && parseWindowsPath(path)?.names.length === 0;
    await rm(await this.resolve(path), { force: true, recursive });
  }

  /** Whether the shadow copy that the path lies in is still there. */
  async hasShadowCopy(path: string): Promise<boolean> {
    const root = rootNames(parseWindowsPath(path)?.root ?? "");
    const name = root.at(-1) ?? "";
    const names = await listed(join(this.#folder, ...root.slice(0, -1)));
    return names.some((one) => windowsNameKey(one) === windowsNameKey(name));
  }

  /** Drives, shares and cluster volumes, as roots that end in a backslash. */
  async roots(): Promise<readonly string[]> {
    const drives = (await listed(this.#root)).filter((name) => name.length === 1).sort();
    const cluster = await listed(join(this.#root, "C", "ClusterStorage"));
    return [
      ...drives.map((name) => `${name}:\\`),
      ...cluster.sort().map((name) => `C:\\ClusterStorage\\${name}\\`),
      ...(await sharesBelow(join(this.#root, "UNC"))).map(([share]) => `${share}\\`),
    ];
  }

  /** All files below the drives, as Windows paths. */
  async *files(): AsyncIterable<string> {
    for (const drive of await listed(this.#root)) {
      if (drive === "UNC") continue;
      yield* filesBelow(join(this.#root, drive), `${drive}:`);
    }
  }

  /** The drives as a client reaches them who asks for this path; a drive that is not there yet cannot be reached. */
  async clientFiles(asked: string): Promise<HostFiles> {
    const names = await listed(this.#root);
    const drives = names
      .filter((name) => name.length === 1)
      .map((name) => [name, join(this.#root, name)] as const);
    // every device can be asked for, and is empty where no shadow copy has it
    const device = parseWindowsPath(asked)?.root ?? "";
    const devices = isShadowCopy(device) ? [device] : [];
    const shares = await sharesBelow(join(this.#root, "UNC"));
    return mappedFiles({
      drives: Object.fromEntries(drives),
      shares: Object.fromEntries(shares),
      devices: Object.fromEntries(
        await Promise.all(devices.map(async (root) => [root, await this.resolve(root)])),
      ),
    });
  }
}

const SHADOW_DEVICE = /^HarddiskVolumeShadowCopy\d+$/i;
const SHADOW_SHARE = /@\{[0-9a-f-]{36}\}$/i;

/** Whether the path lies in a shadow copy: below its device, or in a share `\\server\share@{…}`. */
export function isShadowCopy(path: string): boolean {
  return rootNames(parseWindowsPath(path)?.root ?? "")[0] === "shadows";
}

/** Folders of the host's for `D:`, `\\?\D:`, `\\server\share` and shadow copies; empty for any other root. */
function rootNames(root: string): readonly string[] {
  const drive = /^(?:\\\\\?\\)?([a-z]):$/i.exec(root)?.[1];
  if (drive !== undefined) return ["drives", drive.toUpperCase()];
  if (root.toUpperCase().startsWith(DEVICES.toUpperCase())) {
    const device = root.slice(DEVICES.length);
    return SHADOW_DEVICE.test(device) ? ["shadows", device] : [];
  }
  const share = /^\\\\(?:\?\\UNC\\)?([^\\?.][^\\]*)\\([^\\]+)$/i.exec(root);
  if (share?.[1] === undefined || share[2] === undefined) return [];
  return [SHADOW_SHARE.test(share[2]) ? "shadows" : "drives", "UNC", share[1], share[2]];
}

/** `\\server\share` with its folder. */
async function sharesBelow(folder: string): Promise<readonly (readonly [string, string])[]> {
  const shares: (readonly [string, string])[] = [];
  for (const server of await listed(folder)) {
    for (const share of await listed(join(folder, server)))
      shares.push([`\\\\${server}\\${share}`, join(folder, server, share)]);
  }
  return shares;
}

async function matchName(folder: string, name: string): Promise<string> {
  const names = await listed(folder);
  if (names.includes(name)) return name;
  const key = windowsNameKey(name);
  return names.sort().find((candidate) => windowsNameKey(candidate) === key) ?? name;
}

async function listed(folder: string): Promise<string[]> {
  return (await entriesOf(folder)).map((entry) => entry.name);
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return [];
    throw error;
  }
}

async function* filesBelow(native: string, shown: string): AsyncIterable<string> {
  const entries = await entriesOf(native);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* filesBelow(join(native, entry.name), `${shown}\\${entry.name}`);
    else yield `${shown}\\${entry.name}`;
  }
}

function unknownPlace(path: string): HostFileError {
  return new HostFileError(`Cannot use the path "${path}": the simulated host has no such place`, {
    path,
    reason: "unmapped",
  });
}
