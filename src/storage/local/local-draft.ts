import { type FileHandle, open, rm } from "node:fs/promises";
import { throwIfInterrupted } from "../../base/index.ts";
import { assertObjectName } from "../object-name.ts";
import type { ObjectDraft, StorageCallOptions } from "../storage.ts";
import { storageErrorFrom } from "./file-errors.ts";

/** What one system call moves at most: Node refuses more than 2^31 - 1 bytes. */
const LARGEST_TRANSFER = 1 << 30;

interface LocalDraftOptions {
  /** Gives the flushed and closed file the object's name, for good. */
  readonly publish: (path: string, name: string) => Promise<void>;
  /** For messages: the object's name, where it is known by now. */
  readonly called: string;
}

/** A file in `.tmp` that will be an object. */
export class LocalDraft implements ObjectDraft {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #options: LocalDraftOptions;

  private constructor(path: string, handle: FileHandle, options: LocalDraftOptions) {
    this.#path = path;
    this.#handle = handle;
    this.#options = options;
  }

  /** The path must be free. */
  static async create(path: string, options: LocalDraftOptions): Promise<LocalDraft> {
    return new LocalDraft(path, await open(path, "wx"), options);
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) {
        const length = Math.min(bytes.length - at, LARGEST_TRANSFER);
        const { bytesWritten } = await this.#handle.write(bytes, at, length, offset + at);
        at += bytesWritten;
      }
    } catch (error) {
      throw storageErrorFrom(error, { verb: "write", name: this.#options.called, absence: "place" });
    }
  }

  async publish(name: string, options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    try {
      await this.#handle.sync();
      await this.#handle.close();
      throwIfInterrupted(options.signal);
      await this.#options.publish(this.#path, name);
    } catch (error) {
      throw storageErrorFrom(error, { verb: "write", name, absence: "place" });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#handle.close(); // for the second time, where it was published: that is nothing
    } finally {
      await rm(this.#path, { force: true });
    }
  }
}
