import { type Entropy, hexFromBytes, throwIfInterrupted } from "../../base/index.ts";
import { StorageObjectExistsError, StorageObjectMissingError, StorageUnreachableError } from "../errors.ts";
import { assertObjectName, assertObjectPrefix } from "../object-name.ts";
import { objectRange, type WantedRange } from "../object-range.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";
import type { ObjectAnswer } from "./ask-objects.ts";
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
  /** Whether an upload that breaks off leaves nothing: true for object stores, where a put is one act. */
  readonly putsWhole: boolean;
}

/**
 * Objects behind rclone, under the names that every other program sees there. Where the remote is a file system, a put is
 * written in `.tmp` and moved; where it is an object store, it is put under its name. rclone has no condition for a put
 * and flushes nothing: a name is looked for before, and what a power cut of the remote leaves is the remote's matter.
 * Made by `openRcloneStorage`.
 */
export class RcloneStorage implements Storage {
  readonly location: string;
  readonly traits: StorageTraits = { conditionalCreate: false, objectLock: false, latency: "network" };
  readonly #remote: RcloneRemote;
  readonly #entropy: Entropy;
  readonly #putsWhole: boolean;
  #hasCleaned = false;

  constructor(parts: RcloneStorageParts) {
    this.location = parts.location;
    this.#remote = parts.remote;
    this.#entropy = parts.entropy;
    this.#putsWhole = parts.putsWhole;
  }

  async put(name: string, parts: readonly Uint8Array[], options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const action = { verb: "write", name, absence: "place", signal: options.signal } as const;
    if ((await this.stat(name, options)) !== undefined) {
      throw new StorageObjectExistsError(`Cannot write "${name}": the name is taken`);
    }
    if (this.#putsWhole) await this.#upload(action, pathOfObject(name), parts);
    else await this.#uploadAndMove(action, pathOfObject(name), parts);
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    objectRange("", Number.MAX_SAFE_INTEGER, { offset: options.offset, length: options.length });
    if (options.length === 0) return await this.#getNothing(name, options);
    const action = { verb: "read", name, signal: options.signal };
    const answer = await this.#remote.ask(action, {
      method: "GET",
      path: pathOfObject(name),
      headers: rangeHeaders(options),
      alsoFine: [RANGE_NOT_SATISFIABLE],
    });
    if (answer.status === RANGE_NOT_SATISFIABLE) return await this.#getNothing(name, options);
    return wholeRange(answer, action, options);
  }

  async stat(name: string, options: StorageCallOptions = {}): Promise<StoredObject | undefined> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const answer = await this.#remote.ask(
      { verb: "look at", name, signal: options.signal },
      { method: "HEAD", path: pathOfObject(name), alsoFine: [NOT_FOUND] },
    );
    return answer.status === NOT_FOUND ? undefined : { name, sizeBytes: answer.contentLength ?? 0 };
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

  /** Nothing of an object, or what is beyond its end: only the size decides. */
  async #getNothing(name: string, options: StorageCallOptions & WantedRange): Promise<Uint8Array> {
    const found = await this.stat(name, options);
    if (found === undefined) {
      throw new StorageObjectMissingError(`Cannot read "${name}": there is no such object`);
    }
    objectRange(name, found.sizeBytes, options);
    return new Uint8Array(0);
  }
}

function rangeHeaders({ offset = 0, length }: WantedRange): { readonly range?: string } {
  if (offset === 0 && length === undefined) return {};
  return { range: `bytes=${offset}-${length === undefined ? "" : offset + length - 1}` };
}

/** The bytes of an answer, held against the object's whole size. A line that ends early must not look like a short object. */
function wholeRange(answer: ObjectAnswer, action: RcloneAction, wanted: WantedRange): Uint8Array {
  const { body, contentLength, totalBytes } = answer;
  const isPart = totalBytes !== undefined;
  const range = objectRange(action.name, totalBytes ?? contentLength ?? body.length, wanted);
  const sent = isPart ? range.length : (contentLength ?? body.length);
  if (body.length !== sent) {
    throw new StorageUnreachableError(
      `Cannot ${action.verb} "${action.name}": the answer ended after ${body.length} of ${sent} bytes`,
    );
  }
  return isPart ? body : body.slice(range.offset, range.offset + range.length);
}
