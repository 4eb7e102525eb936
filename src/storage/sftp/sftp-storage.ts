import { posix } from "node:path";
import type { SFTPWrapper, Stats } from "ssh2";
import {
  type Clock,
  type Entropy,
  hexFromBytes,
  InterruptedError,
  throwIfInterrupted,
} from "../../base/index.ts";
import {
  StorageFullError,
  StorageObjectExistsError,
  StorageObjectMissingError,
  StorageUnreachableError,
} from "../errors.ts";
import { assertObjectName, assertObjectPrefix } from "../object-name.ts";
import { objectRange, type WantedRange } from "../object-range.ts";
import { OneConnection } from "../one-connection.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";
import { fillFrom, writeParts } from "./carry-bytes.ts";
import { removeStaleFiles, SCRATCH_FOLDER } from "./remove-stale-files.ts";
import { SFTP_STATUS, type SftpAction, sftpStatus, storageErrorFromSftp } from "./sftp-errors.ts";
import { answerOf, type SftpSession } from "./sftp-session.ts";
import { presentOnly, walkSftp } from "./walk-sftp.ts";

/** With less than this left, a write that failed has failed for want of space. */
const NEARLY_FULL_BYTES = 64 * 1024 * 1024;

export interface SftpStorageParts {
  readonly location: string;
  /** Absolute path of a folder that is there. */
  readonly root: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly session: SftpSession;
  /** Makes another connection when the last one was lost. */
  readonly reconnect: () => Promise<SftpSession>;
  /** Whether a rename was seen to leave alone a name that is taken. */
  readonly renameKeeps: boolean;
}

/**
 * Objects as files of a server: written in `.tmp`, flushed where the server can (`fsync@openssh.com`), and renamed. By the
 * protocol a rename fails when the name is taken; a server that overwrites all the same is asked for the name before.
 * Folders cannot be flushed over SFTP: after a power cut of the server its file system decides about the last names.
 * Made by `openSftpStorage`.
 */
export class SftpStorage implements Storage {
  readonly location: string;
  readonly traits: StorageTraits;
  readonly #root: string;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #session: OneConnection<SftpSession>;
  readonly #folders = new Set<string>();
  #hasCleaned = false;

  constructor(parts: SftpStorageParts) {
    this.location = parts.location;
    this.traits = { conditionalCreate: parts.renameKeeps, objectLock: false, latency: "network" };
    this.#root = parts.root;
    this.#entropy = parts.entropy;
    this.#clock = parts.clock;
    this.#session = new OneConnection(parts.reconnect, parts.session);
  }

  async put(name: string, parts: readonly Uint8Array[], options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    const action = { verb: "write", name, absence: "place" } as const;
    await this.#do(action, options, async (files) => {
      if ((await this.#look(files, name)) !== undefined) throw taken(name);
      await this.#ensureFolder(files, SCRATCH_FOLDER);
      const temporary = this.#path(`${SCRATCH_FOLDER}/${hexFromBytes(this.#entropy.bytes(16))}`);
      await using cleanup = new AsyncDisposableStack();
      cleanup.defer(async () => await removeFile(files, temporary));
      try {
        await writeFlushed(files, temporary, { parts, signal: options.signal });
      } catch (error) {
        throw (await this.#isFull(files, error)) ? full(name, error) : error;
      }
      throwIfInterrupted(options.signal);
      if (!this.#hasCleaned) await removeStaleFiles(files, this.#path(SCRATCH_FOLDER), temporary);
      this.#hasCleaned = true;
      await this.#ensureFolder(files, posix.dirname(name));
      await this.#giveName(files, temporary, name);
      cleanup.move(); // the name is all that is left of it
    });
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    assertObjectName(name);
    return await this.#do({ verb: "read", name }, options, async (files) => {
      const path = this.#path(name);
      const handle = await answerOf<Buffer>((done) => files.open(path, "r", done));
      await using cleanup = new AsyncDisposableStack();
      cleanup.defer(async () => await answerOf<void>((done) => files.close(handle, done)));
      const stats = await answerOf<Stats>((done) => files.fstat(handle, done));
      if (!stats.isFile()) throw missing(name);
      const { offset, length } = objectRange(name, stats.size, options);
      const target = new Uint8Array(length);
      await fillFrom(files, handle, { target, offset, name, signal: options.signal });
      return target;
    });
  }

  async stat(name: string, options: StorageCallOptions = {}): Promise<StoredObject | undefined> {
    assertObjectName(name);
    return await this.#do({ verb: "look at", name }, options, async (files) => {
      const stats = await this.#look(files, name);
      return stats?.isFile() ? { name, sizeBytes: stats.size } : undefined;
    });
  }

  async *list(prefix: string, options: StorageCallOptions = {}): AsyncIterable<StoredObject> {
    assertObjectPrefix(prefix);
    throwIfInterrupted(options.signal);
    const action = { verb: "list", name: this.location, absence: "place" } as const;
    try {
      const session = await this.#session.get();
      await using _ = session.heed(options.signal, this.#clock);
      yield* walkSftp({ files: session.files, root: this.#root, prefix, options });
    } catch (error) {
      throw meaningOf(error, action, options);
    }
  }

  async delete(name: string, options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    await this.#do({ verb: "delete", name }, options, async (files) => {
      await removeFile(files, this.#path(name));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  async #do<T>(
    action: SftpAction,
    options: StorageCallOptions,
    run: (files: SFTPWrapper) => Promise<T>,
  ): Promise<T> {
    throwIfInterrupted(options.signal);
    try {
      const session = await this.#session.get();
      await using _ = session.heed(options.signal, this.#clock);
      return await run(session.files);
    } catch (error) {
      throw meaningOf(error, action, options);
    }
  }

  #path(name: string): string {
    return `${this.#root}/${name}`;
  }

  async #look(files: SFTPWrapper, name: string): Promise<Stats | undefined> {
    return await presentOnly(async () => await answerOf<Stats>((done) => files.stat(this.#path(name), done)));
  }

  /** The folder and those above it; the root itself is never made, so that what is not mounted is missed. */
  async #ensureFolder(files: SFTPWrapper, folder: string): Promise<void> {
    if (folder === "." || this.#folders.has(folder)) return;
    await this.#ensureFolder(files, posix.dirname(folder));
    if (!(await this.#look(files, folder))?.isDirectory()) {
      try {
        await answerOf<void>((done) => files.mkdir(this.#path(folder), done));
      } catch (error) {
        if (!(await this.#look(files, folder))?.isDirectory()) throw error; // else somebody else made it
      }
    }
    this.#folders.add(folder);
  }

  async #giveName(files: SFTPWrapper, temporary: string, name: string): Promise<void> {
    try {
      await answerOf<void>((done) => files.rename(temporary, this.#path(name), done));
    } catch (error) {
      if (sftpStatus(error) === SFTP_STATUS.failure && (await this.#look(files, name)) !== undefined) {
        throw taken(name, { cause: error });
      }
      if (sftpStatus(error) === SFTP_STATUS.missing) this.#folders.clear(); // somebody removed the folder since
      throw error;
    }
  }

  /** The protocol has no answer for it; OpenSSH tells how much is left. */
  async #isFull(files: SFTPWrapper, error: unknown): Promise<boolean> {
    const cause = error instanceof AggregateError ? error.errors[0] : error;
    if (sftpStatus(cause) !== SFTP_STATUS.failure) return false;
    try {
      const space = await answerOf<{ readonly f_bavail: number; readonly f_frsize: number }>((done) =>
        files.ext_openssh_statvfs(this.#root, done),
      );
      return space.f_bavail * space.f_frsize < NEARLY_FULL_BYTES;
    } catch {
      return false; // the first failure is told
    }
  }
}

/** Whatever a lost connection makes of it: behind an abort it is an interruption. */
function meaningOf(error: unknown, action: SftpAction, { signal }: StorageCallOptions): unknown {
  const meaning = storageErrorFromSftp(error, action);
  if (!signal?.aborted || !(meaning instanceof StorageUnreachableError)) return meaning;
  return new InterruptedError("Cannot go on: interrupted", { cause: error });
}

async function writeFlushed(
  files: SFTPWrapper,
  path: string,
  options: { readonly parts: readonly Uint8Array[]; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const handle = await answerOf<Buffer>((done) => files.open(path, "wx", done));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(async () => await answerOf<void>((done) => files.close(handle, done)));
  await writeParts(files, handle, options);
  await flush(files, handle);
}

/** A server that cannot flush does it when it likes. */
async function flush(files: SFTPWrapper, handle: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  try {
    files.ext_openssh_fsync(handle, (error) => {
      if (error === undefined || sftpStatus(error) === SFTP_STATUS.unsupported) resolve();
      else reject(error);
    });
  } catch {
    resolve(); // thrown at once where the server did not announce the extension
  }
  await promise;
}

async function removeFile(files: SFTPWrapper, path: string): Promise<void> {
  await presentOnly(async () => await answerOf<void>((done) => files.unlink(path, done)));
}

function taken(name: string, options?: ErrorOptions): StorageObjectExistsError {
  return new StorageObjectExistsError(`Cannot write "${name}": the name is taken`, options);
}

function missing(name: string): StorageObjectMissingError {
  return new StorageObjectMissingError(`Cannot read "${name}": there is no such object`);
}

function full(name: string, cause: unknown): StorageFullError {
  return new StorageFullError(`Cannot write "${name}": no space is left there`, { cause });
}
