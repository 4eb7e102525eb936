import { throwIfInterrupted } from "../../base/index.ts";
import { StorageError, StorageObjectExistsError, StorageObjectMissingError } from "../errors.ts";
import { joinedParts } from "../joined-parts.ts";
import { assertObjectName, assertObjectPrefix } from "../object-name.ts";
import type { WantedRange } from "../object-range.ts";
import { rangeBySize } from "../range-by-size.ts";
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

const NOT_IMPLEMENTED = 501;
/** What is sent twice to find out about the condition is no larger: the first that a session puts is its lease. */
const LARGEST_TRIAL = 64 * 1024;

export interface S3StorageParts {
  readonly connection: S3Connection;
  readonly location: string;
  /** Of every key; empty, or it ends with a slash. */
  readonly keyPrefix: string;
  readonly capabilities: S3Capabilities;
}

/**
 * Objects in a bucket. A put carries the MD5 of its bytes, which the store holds against what arrived, and the condition
 * that the name is free. As long as nobody knows whether the store keeps the condition, and where it does not, it is
 * asked for the name before: two writers of one name at the same instant then both believe to have won, so names are unique
 * by content or by chance. Made by `openS3Storage`.
 *
 * In a bucket with versions a delete hides the object; the bucket's life-cycle rules say when its bytes go.
 */
export class S3Storage implements Storage {
  readonly location: string;
  readonly #connection: S3Connection;
  readonly #keyPrefix: string;
  readonly #capabilities: S3Capabilities;
  #knowsCondition = true;
  #keepsCondition: boolean | undefined;
  #isTrying = false;

  constructor(parts: S3StorageParts) {
    this.location = parts.location;
    this.#connection = parts.connection;
    this.#keyPrefix = parts.keyPrefix;
    this.#capabilities = parts.capabilities;
    this.#keepsCondition = parts.capabilities.conditionalCreate;
  }

  /** Until it was found out that the store keeps the condition of a put, it does not. */
  get traits(): StorageTraits {
    return {
      conditionalCreate: this.#keepsCondition === true,
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
    const bytes = joinedParts(name, parts);
    if (this.#keepsCondition !== true && (await this.stat(name, options)) !== undefined) throw taken(name);
    await this.#send(name, bytes, options);
    if (options.lock === undefined) await this.#findOut(name, bytes, options);
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const action = { verb: "read", name, signal: options.signal };
    const read = await readRange(this.#connection, this.#keyPrefix + name, { action, wanted: options });
    if (read.kind === "bytes") return read.bytes;
    return await rangeBySize(this, name, options);
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

  /**
   * Sends once what is there already: refused by a store that keeps the condition, which is then not asked for names any
   * more. One that does not keep it has the same bytes afterwards, and loses the second version again. The put is done, so nothing that goes wrong here counts.
   */
  async #findOut(name: string, bytes: Uint8Array, options: StorageCallOptions): Promise<void> {
    const isKnown = this.#keepsCondition !== undefined || this.#isTrying;
    if (isKnown || bytes.length > LARGEST_TRIAL) return;
    this.#isTrying = true;
    try {
      const version = await this.#send(name, bytes, options);
      this.#keepsCondition = false;
      // where versions are suspended each put writes over the one that is called null
      if (version !== undefined && version !== "null") await this.#removeVersion(name, version, options);
    } catch (error) {
      if (error instanceof StorageObjectExistsError) this.#keepsCondition = true;
    } finally {
      this.#isTrying = false;
    }
  }

  async #removeVersion(name: string, VersionId: string, { signal }: StorageCallOptions): Promise<void> {
    const { sdk, bucket } = this.#connection;
    const command = new sdk.DeleteObjectCommand({ Bucket: bucket, Key: this.#keyPrefix + name, VersionId });
    await this.#connection.call(
      { verb: "delete the second version of", name, signal },
      async (client, call) => await client.send(command, call),
    );
  }

  /** Gives the version that it made, where the bucket keeps versions. */
  async #send(name: string, bytes: Uint8Array, options: PutOptions): Promise<string | undefined> {
    const { sdk, bucket } = this.#connection;
    const command = new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: this.#keyPrefix + name,
      ...checkedBody(bytes),
      ...(this.#knowsCondition && { IfNoneMatch: "*" }),
      ...(options.lock !== undefined && this.#capabilities.objectLock && lockFields(options.lock)),
    });
    const action = { verb: "write", name, signal: options.signal };
    try {
      const { ETag, VersionId } = await this.#connection.call(
        action,
        async (client, call) => await client.send(command, call),
      );
      mustHave(ETag, "ETag", action); // whatever answers without one has kept nothing
      return VersionId;
    } catch (error) {
      if (error instanceof StorageObjectExistsError) throw taken(name, { cause: error.cause });
      if (!this.#knowsCondition || !isNotImplemented(error)) throw error;
      this.#knowsCondition = false;
      this.#keepsCondition = false;
      return await this.#send(name, bytes, options);
    }
  }
}

function isNotImplemented(error: unknown): boolean {
  return error instanceof StorageError && s3Failure(error.cause)?.status === NOT_IMPLEMENTED;
}

function taken(name: string, options?: ErrorOptions): StorageObjectExistsError {
  return new StorageObjectExistsError(`Cannot write "${name}": the name is taken`, options);
}
