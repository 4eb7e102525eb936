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
import { DriveFile } from "./drive-file.ts";

/**
 * The simulated host's drives: `drives/D/…` is `D:\…`, `drives/UNC/server/share/…` is `\\server\share\…`. What the host
 * itself does with its files goes through here; clients see them through `HostFiles`.
 */
export class HostDrives {
  readonly #root: string;

  constructor(folder: string) {
    this.#root = join(folder, "drives");
  }

  /** The native path; names are matched as Windows compares them, what is missing is taken as written. */
  async resolve(path: string): Promise<string> {
    const parsed = parseWindowsPath(path);
    if (parsed === undefined) throw unknownPlace(path);
    const names = [...rootNames(parsed.root), ...parsed.names];
    if (names.length === parsed.names.length) throw unknownPlace(path);
    let native = this.#root;
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

  /** Absent already is fine. */
  async remove(path: string): Promise<void> {
    await rm(await this.resolve(path), { force: true });
  }

  /** All files below the drives, as Windows paths. */
  async *files(): AsyncIterable<string> {
    for (const drive of await listed(this.#root)) {
      if (drive === "UNC") continue;
      yield* filesBelow(join(this.#root, drive), `${drive}:`);
    }
  }

  /** The drives as a client reaches them; what is not there yet cannot be reached. */
  async clientFiles(): Promise<HostFiles> {
    const names = await listed(this.#root);
    const drives = names
      .filter((name) => name.length === 1)
      .map((name) => [name, join(this.#root, name)] as const);
    const shares: (readonly [string, string])[] = [];
    for (const server of await listed(join(this.#root, "UNC"))) {
      for (const share of await listed(join(this.#root, "UNC", server))) {
        shares.push([`\\\\${server}\\${share}`, join(this.#root, "UNC", server, share)]);
      }
    }
    return mappedFiles({ drives: Object.fromEntries(drives), shares: Object.fromEntries(shares) });
  }
}

/** Folders below `drives` for `D:`, `\\?\D:` and `\\server\share`; empty for any other root. */
function rootNames(root: string): readonly string[] {
  const drive = /^(?:\\\\\?\\)?([a-z]):$/i.exec(root)?.[1];
  if (drive !== undefined) return [drive.toUpperCase()];
  const share = /^\\\\(?:\?\\UNC\\)?([^\\?.][^\\]*)\\([^\\]+)$/i.exec(root);
  return share?.[1] === undefined || share[2] === undefined ? [] : ["UNC", share[1], share[2]];
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
