import { type Entropy, hexFromBytes, throwIfInterrupted } from "../../base/index.ts";
import { StorageError, StorageMissingError, StorageObjectExistsError } from "../errors.ts";
import { assertObjectName, assertObjectPrefix } from "../object-name.ts";
import { answeredRange, objectRange, type WantedRange } from "../object-range.ts";
import { rangeBySize } from "../range-by-size.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";
import type { RcloneAction } from "./rclone-errors.ts";
import { pathOfObject } from "./rclone-place.ts";
import type { RcloneRemote } from "./rclone-remote.ts";
import { removeStaleFiles, SCRATCH_FOLDER } from "./remove-stale-files.ts";
import { walkRemote } from "./walk-remote.ts";

const RANGE_NOT_SATISFIABLE = 416;
const NOT_FOUND = 404;

export interface RcloneStorageParts {
  readonly remote: RcloneRemote;
  readonly location: string;
  readonly entropy: Entropy;
  readonly puts: RclonePuts;
}

/**
 * How an object comes under its name: in one act, as object stores do it; by a move of a whole file; or, where a remote can
 * neither move nor copy, piece by piece under its name, of which an upload that breaks off leaves some.
 */
export type RclonePuts = "at-once" | "by-move" | "in-place";

/**
 * Objects behind rclone, under the names that every other program sees there. Where the remote is a file system, a put is
 * written in `.tmp` and moved; where it is an object store, it is put under its name. rclone has no condition for a put
 * and flushes nothing: a name is looked for before, and what a power cut of the remote leaves is the remote's matter. So
 * names must be unique by content or by chance: of two that put the same one in the same instant both succeed.
 * Made by `openRcloneStorage`.
 */
export class RcloneStorage implements Storage {
  readonly location: string;
  readonly traits: StorageTraits = { conditionalCreate: false, objectLock: false, latency: "network" };
  readonly #remote: RcloneRemote;
  readonly #entropy: Entropy;
  readonly #puts: RclonePuts;
  #hasCleaned = false;

  constructor(parts: RcloneStorageParts) {
    this.location = parts.location;
    this.#remote = parts.remote;
    this.#entropy = parts.entropy;
    this.#puts = parts.puts;
  }

  async put(name: string, parts: readonly Uint8Array[], options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const action = { verb: "write", name, absence: "place", signal: options.signal } as const;
    if ((await this.stat(name, options)) !== undefined) {
      throw new StorageObjectExistsError(`Cannot write "${name}": the name is taken`);
    }
    const path = pathOfObject(name);
    if (this.#puts === "at-once") await this.#upload(action, path, parts);
    else if (this.#puts === "by-move") await this.#uploadAndMove(action, path, parts);
    else await this.#uploadOrNothing(action, path, parts);
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    objectRange("", Number.MAX_SAFE_INTEGER, { offset: options.offset, length: options.length });
    if (options.length === 0) return await rangeBySize(this, name, options);
    const action = { verb: "read", name, signal: options.signal };
    const answer = await this.#remote.ask(action, {
      method: "GET",
      path: pathOfObject(name),
      headers: rangeHeaders(options),
      alsoFine: [RANGE_NOT_SATISFIABLE],
    });
    if (answer.status === RANGE_NOT_SATISFIABLE) return await rangeBySize(this, name, options);
    const { body, contentLength: lengthBytes, contentRange } = answer;
    return answeredRange(name, { body, lengthBytes, contentRange }, options);
  }

  async stat(name: string, options: StorageCallOptions = {}): Promise<StoredObject | undefined> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const answer = await this.#remote.ask(
      { verb: "look at", name, signal: options.signal },
      { method: "HEAD", path: pathOfObject(name), alsoFine: [NOT_FOUND] },
    );
    if (answer.status === NOT_FOUND) return undefined;
    if (answer.contentLength === undefined) {
      throw new StorageError(`Cannot look at "${name}": the remote does not tell its size`);
    }
    return { name, sizeBytes: answer.contentLength };
  }

  async *list(prefix: string, options: StorageCallOptions = {}): AsyncIterable<StoredObject> {
    assertObjectPrefix(prefix);
    throwIfInterrupted(options.signal);
    const action = { verb: "list", name: this.location, signal: options.signal };
    yield* walkRemote({ remote: this.#remote, prefix, action });
  }

  async delete(name: string, options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    await this.#remove({ verb: "delete", name, signal: options.signal }, pathOfObject(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
  }

  async #upload(action: RcloneAction, path: string, parts: readonly Uint8Array[]): Promise<void> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const headers = { "content-length": length };
    await this.#remote.ask(action, { method: "POST", path, headers, parts });
  }

  async #uploadAndMove(action: RcloneAction, path: string, parts: readonly Uint8Array[]): Promise<void> {
    const temporary = `${SCRATCH_FOLDER}/${hexFromBytes(this.#entropy.bytes(16))}`;
    try {
      await this.#upload(action, temporary, parts);
      if (!this.#hasCleaned) await removeStaleFiles(this.#remote, { temporary, signal: action.signal });
      this.#hasCleaned = true;
      throwIfInterrupted(action.signal);
      const fs = this.#remote.root;
      const move = { srcFs: fs, srcRemote: temporary, dstFs: fs, dstRemote: path };
      await this.#remote.command(action, "operations/movefile", move);
    } catch (error) {
      await this.#removeQuietly(temporary);
      if (!(error instanceof StorageMissingError)) throw error;
      // it was just there: a program whose clock is days apart has taken it for one that was left behind
      throw new StorageError(`Cannot write "${action.name}": its file was removed before it got its name`, {
        cause: error,
      });
    }
  }

  /** A part under the name would be taken for the object by everybody, and for another's by the next attempt. */
  async #uploadOrNothing(action: RcloneAction, path: string, parts: readonly Uint8Array[]): Promise<void> {
    try {
      await this.#upload(action, path, parts);
    } catch (error) {
      await this.#removeQuietly(path);
      throw error;
    }
  }

  /** The first failure is told; what stays is removed by a later put. */
  async #removeQuietly(temporary: string): Promise<void> {
    await this.#remove({ verb: "remove", name: temporary }, temporary).catch(() => undefined);
  }

  async #remove(action: RcloneAction, path: string): Promise<void> {
    throwIfInterrupted(action.signal);
    await this.#remote.ask(action, { method: "DELETE", path, alsoFine: [NOT_FOUND] });
  }
}

function rangeHeaders({ offset = 0, length }: WantedRange): { readonly range?: string } {
  if (offset === 0 && length === undefined) return {};
  return { range: `bytes=${offset}-${length === undefined ? "" : offset + length - 1}` };
}
