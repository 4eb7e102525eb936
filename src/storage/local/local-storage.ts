import type { Stats } from "node:fs";
import { type FileHandle, link, open, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Entropy, throwIfInterrupted } from "../../base/index.ts";
import {
  StorageObjectExistsError,
  StorageObjectMissingError,
  StorageObjectTruncatedError,
} from "../errors.ts";
import { assertObjectName, assertObjectPrefix } from "../object-name.ts";
import { objectRange, type WantedRange } from "../object-range.ts";
import type { ObjectDraft, Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";
import { DurableFolders, syncFolder } from "./durable-folders.ts";
import { fileErrorCode, isAbsence, storageErrorFrom } from "./file-errors.ts";
import { LocalDraft } from "./local-draft.ts";
import { openScratch, type Scratch } from "./scratch.ts";
import { requirePlace, walkObjects } from "./walk-objects.ts";

/** What one system call moves at most: Node refuses more than 2^31 - 1 bytes. */
const LARGEST_TRANSFER = 1 << 30;

export interface LocalPlace {
  /** Absolute path of a folder that is there. */
  readonly root: string;
  readonly entropy: Entropy;
  /** Undefined when nobody wrote there yet, or when it could not be written to. */
  readonly scratch: Scratch | undefined;
}

/**
 * Objects as files. A put writes a file in `.tmp`, flushes it, gives it its name by a link (which fails when the name
 * is taken), and flushes the folder: whatever crashes, a name means a whole object. Made by `openLocalStorage`.
 */
export class LocalStorage implements Storage {
  readonly location: string;
  readonly #root: string;
  readonly #entropy: Entropy;
  readonly #folders: DurableFolders;
  #scratch: Promise<Scratch> | undefined;
  #hadScratch: boolean;
  #canLink: boolean;

  constructor(place: LocalPlace) {
    this.location = place.root;
    this.#root = place.root;
    this.#entropy = place.entropy;
    this.#folders = new DurableFolders(place.root);
    this.#scratch = place.scratch && Promise.resolve(place.scratch);
    this.#hadScratch = place.scratch !== undefined;
    this.#canLink = place.scratch?.canLink ?? true;
  }

  /** A file system without hard links (exFAT) cannot tell two writers of one name apart at the same instant. */
  get traits(): StorageTraits {
    return { conditionalCreate: this.#canLink, objectLock: false, latency: "disk" };
  }

  async put(name: string, parts: readonly Uint8Array[], options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    try {
      const scratch = await this.#openScratch();
      if (await this.#isTaken(name)) throw taken(name);
      await using draft = await this.#newDraft(scratch, name);
      let at = 0;
      for (const part of parts) {
        await draft.write(part, at);
        at += part.length;
      }
      await draft.publish(name, options);
    } catch (error) {
      throw storageErrorFrom(error, { verb: "write", name, absence: "place" });
    }
  }

  async draft(): Promise<ObjectDraft> {
    try {
      return await this.#newDraft(await this.#openScratch(), "a new object");
    } catch (error) {
      throw storageErrorFrom(error, { verb: "write", name: this.location, absence: "place" });
    }
  }

  async #newDraft(scratch: Scratch, called: string): Promise<LocalDraft> {
    const publish = async (path: string, name: string): Promise<void> => await this.#publish(path, name);
    return await LocalDraft.create(scratch.freshPath(), { publish, called });
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    try {
      await using handle = await open(join(this.#root, name), "r");
      const found = await handle.stat();
      if (!found.isFile()) throw missing(name); // a folder on a share may have a size, and nothing in it
      const { offset, length } = objectRange(name, found.size, options);
      const target = new Uint8Array(length);
      await fill(handle, target, { offset, name });
      return target;
    } catch (error) {
      if (isAbsence(error)) await this.#requirePlace();
      throw storageErrorFrom(error, { verb: "read", name });
    }
  }

  fileOf(name: string): string {
    assertObjectName(name);
    return join(this.#root, name);
  }

  async stat(name: string, options: StorageCallOptions = {}): Promise<StoredObject | undefined> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    try {
      const found = await this.#look(name);
      if (found === undefined) await this.#requirePlace();
      return found?.isFile() ? { name, sizeBytes: found.size } : undefined;
    } catch (error) {
      throw storageErrorFrom(error, { verb: "look at", name });
    }
  }

  async *list(prefix: string, options: StorageCallOptions = {}): AsyncIterable<StoredObject> {
    assertObjectPrefix(prefix);
    throwIfInterrupted(options.signal);
    try {
      yield* walkObjects(this.#root, prefix, options);
    } catch (error) {
      throw storageErrorFrom(error, { verb: "list", name: this.location, absence: "place" });
    }
  }

  async delete(name: string, options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const path = join(this.#root, name);
    try {
      await unlink(path);
      await syncFolder(dirname(path));
    } catch (error) {
      if (!isAbsence(error)) throw storageErrorFrom(error, { verb: "delete", name });
      await this.#requirePlace();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // no file stays open between calls
  }

  /** What nothing has on a drive that was unplugged may be there all the same. @throws {StorageMissingError} */
  async #requirePlace(): Promise<void> {
    try {
      await requirePlace({ root: this.#root, hadScratch: this.#hadScratch });
    } catch (error) {
      throw storageErrorFrom(error, { verb: "use the folder", name: this.#root, absence: "place" });
    }
  }

  /** Once it has been found it is never made again: a drive that was unplugged is missed, not replaced. */
  async #openScratch(): Promise<Scratch> {
    this.#scratch ??= openScratch(this.#root, this.#entropy);
    try {
      const scratch = await this.#scratch;
      this.#hadScratch = true;
      this.#canLink = scratch.canLink;
      return scratch;
    } catch (error) {
      this.#scratch = undefined;
      throw error;
    }
  }

  async #look(name: string): Promise<Stats | undefined> {
    try {
      return await stat(join(this.#root, name));
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  async #isTaken(name: string): Promise<boolean> {
    return (await this.#look(name)) !== undefined;
  }

  async #publish(temporary: string, name: string): Promise<void> {
    const path = join(this.#root, name);
    await this.#folders.ensure(dirname(name));
    try {
      await this.#giveName(temporary, name);
    } catch (error) {
      if (fileErrorCode(error) !== "ENOENT") throw error;
      this.#folders.forget(); // somebody removed the folder since
      await this.#folders.ensure(dirname(name));
      await this.#giveName(temporary, name);
    }
    await syncFolder(dirname(path));
  }

  async #giveName(temporary: string, name: string): Promise<void> {
    const path = join(this.#root, name);
    if (this.#canLink) {
      await link(temporary, path);
      return;
    }
    if (await this.#isTaken(name)) throw taken(name);
    await rename(temporary, path);
  }
}

function taken(name: string): StorageObjectExistsError {
  return new StorageObjectExistsError(`Cannot write "${name}": the name is taken`);
}

function missing(name: string): StorageObjectMissingError {
  return new StorageObjectMissingError(`Cannot read "${name}": there is no such object`);
}

async function fill(
  handle: FileHandle,
  target: Uint8Array,
  from: { readonly offset: number; readonly name: string },
): Promise<void> {
  for (let at = 0; at < target.length; ) {
    const length = Math.min(target.length - at, LARGEST_TRANSFER);
    const { bytesRead } = await handle.read(target, at, length, from.offset + at);
    if (bytesRead === 0) {
      throw new StorageObjectTruncatedError(`Cannot read "${from.name}": it ended after ${at} bytes`);
    }
    at += bytesRead;
  }
}
