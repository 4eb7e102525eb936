import { throwIfInterrupted } from "../../base/index.ts";
import {
  StorageError,
  StorageObjectExistsError,
  StorageObjectMissingError,
  StorageObjectTooLargeError,
} from "../errors.ts";
import { assertObjectName, assertObjectPrefix } from "../object-name.ts";
import { objectRange, type WantedRange } from "../object-range.ts";
import type {
  ObjectLocks,
  PutOptions,
  Storage,
  StorageCallOptions,
  StorageTraits,
  StoredObject,
} from "../storage.ts";
import { listKeys } from "./list-keys.ts";
import { readRange } from "./read-range.ts";
import type { S3Capabilities } from "./s3-capabilities.ts";
import { checkedBody, mustHave, type S3Connection } from "./s3-connection.ts";
import { s3Failure } from "./s3-errors.ts";
import { lockFields, s3Locks } from "./s3-locks.ts";

/**
 * What one put takes at most. The API takes 5 GiB; a vault's largest objects are packs of about 16 MiB, so uploads in
 * several parts are not built.
 */
export const LARGEST_S3_OBJECT = 1 << 30;

const NOT_IMPLEMENTED = 501;

export interface S3StorageParts {
  readonly connection: S3Connection;
  readonly location: string;
  /** Of every key; empty, or it ends with a slash. */
  readonly keyPrefix: string;
  readonly capabilities: S3Capabilities;
}

/**
 * Objects in a bucket. A put carries the MD5 of its bytes, which the store holds against what arrived, and the condition
 * that the name is free. A store that does not know the condition is asked for the name before: two writers of one name
 * at the same instant then both believe to have won, so names are unique by content or by chance. Made by `openS3Storage`.
 *
 * In a bucket with versions a delete hides the object; the bucket's life-cycle rules say when its bytes go.
 */
export class S3Storage implements Storage {
  readonly location: string;
  readonly #connection: S3Connection;
  readonly #keyPrefix: string;
  readonly #capabilities: S3Capabilities;
  #knowsCondition = true;

  constructor(parts: S3StorageParts) {
    this.location = parts.location;
    this.#connection = parts.connection;
    this.#keyPrefix = parts.keyPrefix;
    this.#capabilities = parts.capabilities;
  }

  /** Until it was found out that the store keeps the condition of a put, it does not. */
  get traits(): StorageTraits {
    return {
      conditionalCreate: this.#capabilities.conditionalCreate === true,
      objectLock: this.#capabilities.objectLock,
      latency: "network",
    };
  }

  get locks(): ObjectLocks | undefined {
    return this.#capabilities.objectLock ? s3Locks(this.#connection, this.#keyPrefix) : undefined;
  }

  async put(name: string, parts: readonly Uint8Array[], options: PutOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const bytes = joined(name, parts);
    const { conditionalCreate } = this.#capabilities;
    if (conditionalCreate !== true && (await this.stat(name, options)) !== undefined) throw taken(name);
    await this.#send(name, bytes, options);
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const action = { verb: "read", name, signal: options.signal };
    const read = await readRange(this.#connection, this.#keyPrefix + name, { action, wanted: options });
    if (read.kind === "bytes") return read.bytes;
    const found = await this.stat(name, options); // beyond the end, or nothing wanted: only the size decides
    if (found === undefined) throw missing(name);
    const { length } = objectRange(name, found.sizeBytes, options);
    if (length > 0) {
      throw new StorageError(`Cannot read "${name}": the store refuses a range of an object that is longer`);
    }
    return new Uint8Array(0);
  }

  async stat(name: string, options: StorageCallOptions = {}): Promise<StoredObject | undefined> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const { sdk, bucket } = this.#connection;
    const action = { verb: "look at", name, signal: options.signal };
    const command = new sdk.HeadObjectCommand({ Bucket: bucket, Key: this.#keyPrefix + name });
    try {
      const head = await this.#connection.call(
        action,
        async (client, call) => await client.send(command, call),
      );
      return { name, sizeBytes: mustHave(head.ContentLength, "length", action) };
    } catch (error) {
      if (error instanceof StorageObjectMissingError) return undefined;
      throw error;
    }
  }

  async *list(prefix: string, options: StorageCallOptions = {}): AsyncIterable<StoredObject> {
    assertObjectPrefix(prefix);
    throwIfInterrupted(options.signal);
    const action = { verb: "list", name: this.location, signal: options.signal };
    yield* listKeys(this.#connection, { keyPrefix: this.#keyPrefix, prefix, action });
  }

  async delete(name: string, options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const { sdk, bucket } = this.#connection;
    const command = new sdk.DeleteObjectCommand({ Bucket: bucket, Key: this.#keyPrefix + name });
    try {
      await this.#connection.call(
        { verb: "delete", name, signal: options.signal },
        async (client, call) => await client.send(command, call),
      );
    } catch (error) {
      if (!(error instanceof StorageObjectMissingError)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
  }

  async #send(name: string, bytes: Uint8Array, options: PutOptions): Promise<void> {
    const { sdk, bucket } = this.#connection;
    const command = new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: this.#keyPrefix + name,
      ...checkedBody(bytes),
      ...(this.#knowsCondition && { IfNoneMatch: "*" }),
      ...(options.lock !== undefined && this.#capabilities.objectLock && lockFields(options.lock)),
    });
    try {
      await this.#connection.call(
        { verb: "write", name, signal: options.signal },
        async (client, call) => await client.send(command, call),
      );
    } catch (error) {
      if (error instanceof StorageObjectExistsError) throw taken(name, { cause: error.cause });
      if (!this.#knowsCondition || !isNotImplemented(error)) throw error;
      this.#knowsCondition = false;
      await this.#send(name, bytes, options);
    }
  }
}

function isNotImplemented(error: unknown): boolean {
  return error instanceof StorageError && s3Failure(error.cause)?.status === NOT_IMPLEMENTED;
}

function joined(name: string, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > LARGEST_S3_OBJECT) {
    throw new StorageObjectTooLargeError(
      `Cannot write "${name}": it has ${length} bytes, wanted at most ${LARGEST_S3_OBJECT}`,
    );
  }
  const [only, second] = parts;
  return only !== undefined && second === undefined ? only : Buffer.concat(parts, length);
}

function taken(name: string, options?: ErrorOptions): StorageObjectExistsError {
  return new StorageObjectExistsError(`Cannot write "${name}": the name is taken`, options);
}

function missing(name: string): StorageObjectMissingError {
  return new StorageObjectMissingError(`Cannot read "${name}": there is no such object`);
}
