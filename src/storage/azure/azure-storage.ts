import { createHash } from "node:crypto";
import { throwIfInterrupted } from "../../base/index.ts";
import { StorageDeniedError, StorageObjectExistsError, StorageObjectMissingError } from "../errors.ts";
import { joinedParts } from "../joined-parts.ts";
import { assertObjectName, assertObjectPrefix } from "../object-name.ts";
import type { WantedRange } from "../object-range.ts";
import { rangeBySize } from "../range-by-size.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";
import type { AzureCapabilities } from "./azure-capabilities.ts";
import { type AzureConnection, answered } from "./azure-connection.ts";
import { listBlobs } from "./list-blobs.ts";
import { readBlob } from "./read-blob.ts";

export interface AzureStorageParts {
  readonly connection: AzureConnection;
  readonly location: string;
  /** Of every blob; empty, or it ends with a slash. */
  readonly blobPrefix: string;
  readonly capabilities: AzureCapabilities;
}

/**
 * Objects as block blobs of a container, each written by one call: with the MD5 of its bytes, which the service holds
 * against what arrived, and with the condition that the name is free, which it keeps by its specification. Made by
 * `openAzureStorage`.
 *
 * Where the account keeps deleted blobs or their versions for a time, a delete hides the object, and its bytes go later.
 */
export class AzureStorage implements Storage {
  readonly location: string;
  readonly traits: StorageTraits;
  readonly #connection: AzureConnection;
  readonly #blobPrefix: string;

  constructor(parts: AzureStorageParts) {
    this.location = parts.location;
    this.traits = {
      conditionalCreate: true,
      objectLock: parts.capabilities.objectLock,
      latency: "network",
    };
    this.#connection = parts.connection;
    this.#blobPrefix = parts.blobPrefix;
  }

  async put(name: string, parts: readonly Uint8Array[], options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const bytes = joinedParts(name, parts);
    const blobContentMD5 = createHash("md5").update(bytes).digest();
    try {
      await this.#connection.call(
        { verb: "write", name, signal: options.signal },
        async (container, call) => {
          await container.getBlockBlobClient(this.#blobPrefix + name).upload(bytes, bytes.length, {
            ...call,
            conditions: { ifNoneMatch: "*" },
            blobHTTPHeaders: { blobContentMD5 },
          });
        },
      );
    } catch (error) {
      const mayBeTaken =
        error instanceof StorageObjectExistsError || (await this.#isTakenFor(error, name, options));
      if (!mayBeTaken) throw error;
      throw new StorageObjectExistsError(`Cannot write "${name}": the name is taken`, { cause: error });
    }
  }

  /** Whose token may create and not write is denied where the name is taken. */
  async #isTakenFor(error: unknown, name: string, options: StorageCallOptions): Promise<boolean> {
    return error instanceof StorageDeniedError && (await this.stat(name, options)) !== undefined;
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const action = { verb: "read", name, signal: options.signal };
    const read = await readBlob(this.#connection, this.#blobPrefix + name, { action, wanted: options });
    if (read.kind === "bytes") return read.bytes;
    return await rangeBySize(this, name, options);
  }

  async stat(name: string, options: StorageCallOptions = {}): Promise<StoredObject | undefined> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const action = { verb: "look at", name, signal: options.signal };
    try {
      const found = await this.#connection.call(
        action,
        async (container, call) => await container.getBlobClient(this.#blobPrefix + name).getProperties(call),
      );
      return { name, sizeBytes: answered(found.contentLength, "length", action) };
    } catch (error) {
      if (error instanceof StorageObjectMissingError) return undefined;
      throw error;
    }
  }

  async *list(prefix: string, options: StorageCallOptions = {}): AsyncIterable<StoredObject> {
    assertObjectPrefix(prefix);
    throwIfInterrupted(options.signal);
    const action = { verb: "list", name: this.location, signal: options.signal };
    yield* listBlobs(this.#connection, { blobPrefix: this.#blobPrefix, prefix, action });
  }

  async delete(name: string, options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    try {
      await this.#connection.call(
        { verb: "delete", name, signal: options.signal },
        async (container, call) => {
          await container.getBlobClient(this.#blobPrefix + name).delete(call);
        },
      );
    } catch (error) {
      if (!(error instanceof StorageObjectMissingError)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the client shares its connections with the process and closes them when they are idle
  }
}
