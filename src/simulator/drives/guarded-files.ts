import type { ByteSource, ByteStore } from "../../disk/index.ts";
import { type HostEntry, HostFileError, type HostFileFacts, type HostFiles } from "../../places/index.ts";
import { type HostDrives, isShadowCopy } from "./host-drives.ts";
import type { OpenFiles } from "./open-files.ts";

/** What the host has to say while a client opens or removes a file; nothing else happens on the host meanwhile. */
export interface FileGuard {
  /** @throws {HostFileError} "locked" when the host itself holds the file without sharing it. */
  whileOpening<T>(path: string, work: () => Promise<T>): Promise<T>;
  whileRemoving(path: string, work: () => Promise<void>): Promise<void>;
  /** Called before each reading from a shadow copy, which may be gone after it. */
  beforeReadingShadow(path: string): Promise<void>;
}

/**
 * The host's files as clients see them, with Windows' share modes: what the host holds exclusively cannot be opened, and
 * what a client has open cannot be removed.
 */
export class GuardedFiles implements HostFiles {
  readonly #drives: HostDrives;
  readonly #openFiles: OpenFiles;
  readonly #guard: FileGuard;

  constructor(drives: HostDrives, openFiles: OpenFiles, guard: FileGuard) {
    this.#drives = drives;
    this.#openFiles = openFiles;
    this.#guard = guard;
  }

  async list(path: string): Promise<readonly HostEntry[]> {
    return await (await this.#drives.clientFiles(path)).list(path);
  }

  async stat(path: string): Promise<HostFileFacts | undefined> {
    return await (await this.#drives.clientFiles(path)).stat(path);
  }

  async open(path: string): Promise<ByteSource> {
    let opened: ByteSource | undefined;
    try {
      return await this.#guard.whileOpening(path, async () => {
        const source = await (await this.#drives.clientFiles(path)).open(path);
        const closed = this.#openFiles.note(path);
        opened = noted(isShadowCopy(path) ? this.#whileItStands(source, path) : source, closed);
        return opened;
      });
    } catch (error) {
      await opened?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A file that stays open when its shadow copy goes cannot be read any more. */
  #whileItStands(source: ByteSource, path: string): ByteSource {
    return {
      get sizeBytes() {
        return source.sizeBytes;
      },
      read: async (target, offset) => {
        await this.#guard.beforeReadingShadow(path);
        if (!(await this.#drives.hasShadowCopy(path)))
          throw new HostFileError(`Cannot read "${path}": the shadow copy is gone`, {
            path,
            reason: "missing",
          });
        await source.read(target, offset);
      },
      [Symbol.asyncDispose]: async () => {
        await source[Symbol.asyncDispose]();
      },
    };
  }

  async create(path: string): Promise<ByteStore> {
    refuseShadowCopy(path);
    const store = await (await this.#drives.clientFiles(path)).create(path);
    const close = this.#openFiles.note(path);
    return {
      get sizeBytes() {
        return store.sizeBytes;
      },
      read: async (target, offset) => await store.read(target, offset),
      write: async (bytes, offset) => await store.write(bytes, offset),
      flush: async () => await store.flush(),
      truncate: async (sizeBytes) => await store.truncate(sizeBytes),
      async [Symbol.asyncDispose]() {
        close();
        await store[Symbol.asyncDispose]();
      },
    };
  }

  async remove(path: string): Promise<void> {
    refuseShadowCopy(path);
    await this.#guard.whileRemoving(path, async () => {
      if (this.#openFiles.has(path)) {
        throw new HostFileError(`Cannot remove "${path}": it is open`, { path, reason: "locked" });
      }
      await (await this.#drives.clientFiles(path)).remove(path);
    });
  }
}

function refuseShadowCopy(path: string): void {
  if (isShadowCopy(path))
    throw new HostFileError(`Cannot change "${path}": shadow copies are read only`, {
      path,
      reason: "denied",
    });
}

function noted(source: ByteSource, close: () => void): ByteSource {
  return {
    get sizeBytes() {
      return source.sizeBytes;
    },
    read: async (target, offset) => await source.read(target, offset),
    async [Symbol.asyncDispose]() {
      close();
      await source[Symbol.asyncDispose]();
    },
  };
}
