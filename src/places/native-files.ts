import type { Dirent } from "node:fs";
import { readdir, rename, stat, statfs, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ByteSource, ByteStore } from "../disk/index.ts";
import { fileRefusal, isAbsence } from "./file-refusal.ts";
import type { FolderFiles, HostEntry, HostFileFacts } from "./host-files.ts";
import { NativeFile, syncFolder } from "./native-file.ts";

/** Turns the host's paths into paths of this machine. @throws {HostFileError} when there is no such place. */
export interface PathResolver {
  /** Where it is if it is there; the place may turn out to be empty. */
  resolve(path: string): Promise<string>;
  /** Whether the link at a native path may be followed; what may not is as good as absent. */
  mayFollow(native: string): Promise<boolean>;
}

/** The files of the local machine under names that a resolver gives them. */
export class NativeFiles implements FolderFiles {
  readonly #resolver: PathResolver;

  constructor(resolver: PathResolver) {
    this.#resolver = resolver;
  }

  async list(path: string): Promise<readonly HostEntry[]> {
    const folder = await this.#resolver.resolve(path);
    const found = await readFolder(folder, path);
    const entries: HostEntry[] = [];
    for (const entry of found) {
      const kind = await this.#kindOf(entry, join(folder, entry.name));
      if (kind !== undefined) entries.push({ name: entry.name, kind });
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(path: string): Promise<HostFileFacts | undefined> {
    const native = await this.#resolver.resolve(path);
    try {
      const facts = await stat(native, { bigint: true });
      if (!facts.isFile() && !facts.isDirectory()) return undefined;
      return {
        kind: facts.isFile() ? "file" : "folder",
        sizeBytes: Number(facts.size),
        modified: Temporal.Instant.fromEpochNanoseconds(facts.mtimeNs),
        volumeId: facts.dev.toString(16),
        fileId: facts.ino.toString(16),
      };
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw fileRefusal("look at", path, error);
    }
  }

  async open(path: string): Promise<ByteSource> {
    return await NativeFile.open({ native: await this.#resolver.resolve(path), shown: path });
  }

  async create(path: string, options: { readonly isTemporary?: true } = {}): Promise<ByteStore> {
    return await NativeFile.create({ native: await this.#resolver.resolve(path), shown: path }, options);
  }

  async remove(path: string): Promise<void> {
    const native = await this.#resolver.resolve(path);
    try {
      await unlink(native);
    } catch (error) {
      if (!isAbsence(error)) throw fileRefusal("remove", path, error);
    }
  }

  async rename(path: string, newPath: string): Promise<void> {
    const [from, to] = [await this.#resolver.resolve(path), await this.#resolver.resolve(newPath)];
    try {
      await rename(from, to);
      await syncFolder(dirname(to));
    } catch (error) {
      throw fileRefusal("rename to", newPath, error);
    }
  }

  async freeBytes(): Promise<number | undefined> {
    return await freeBytesAt(await this.#resolver.resolve(""));
  }

  /** A junction or link counts as what it leads to; sockets, devices and links to nowhere are no entries. */
  async #kindOf(entry: Dirent, native: string): Promise<"file" | "folder" | undefined> {
    if (entry.isFile()) return "file";
    if (entry.isDirectory()) return "folder";
    if (!entry.isSymbolicLink() || !(await this.#resolver.mayFollow(native))) return undefined;
    try {
      const facts = await stat(native);
      if (facts.isFile()) return "file";
      return facts.isDirectory() ? "folder" : undefined;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw fileRefusal("look at", native, error);
    }
  }
}

/** Of the nearest folder above that is there. */
async function freeBytesAt(native: string): Promise<number | undefined> {
  try {
    const { blocks, bavail, bsize } = await statfs(native);
    return blocks === 0 ? undefined : bavail * bsize; // some network file systems know nothing
  } catch (error) {
    const folder = dirname(native);
    return isAbsence(error) && folder !== native ? await freeBytesAt(folder) : undefined;
  }
}

async function readFolder(native: string, shown: string): Promise<Dirent[]> {
  try {
    return await readdir(native, { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return [];
    throw fileRefusal("list", shown, error);
  }
}
