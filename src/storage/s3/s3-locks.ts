import {
  StorageDeniedError,
  StorageError,
  StorageLockedError,
  StorageObjectMissingError,
} from "../errors.ts";
import { isObjectName } from "../object-name.ts";
import type { LockMode, ObjectLock, ObjectLocks, StorageCallOptions } from "../storage.ts";
import { listVersions, type ObjectVersion } from "./list-versions.ts";
import type { S3Connection } from "./s3-connection.ts";
import { s3Failure } from "./s3-errors.ts";

/** The fields of a put that lock what it writes. */
export function lockFields({ mode, until }: ObjectLock): {
  readonly ObjectLockMode: "GOVERNANCE" | "COMPLIANCE";
  readonly ObjectLockRetainUntilDate: Date;
} {
  return { ObjectLockMode: MODES[mode], ObjectLockRetainUntilDate: new Date(until.epochMilliseconds) };
}

const MODES = { governance: "GOVERNANCE", compliance: "COMPLIANCE" } as const;

/** Locks by the object lock of a bucket. One request each; erasing takes a listing and one for each version. */
export function s3Locks(connection: S3Connection, keyPrefix: string): ObjectLocks {
  const locks = new BucketLocks(connection, keyPrefix);
  return {
    retention: async (name, options) => await locks.retention(name, options),
    retain: async (name, lock, options) => await locks.retain(name, lock, options),
    erase: async (name, options) => await locks.erase(name, options),
    hidden: (prefix, options) => locks.hidden(prefix, options),
    unhide: async (name, options) => await locks.unhide(name, options),
  };
}

class BucketLocks implements ObjectLocks {
  readonly #connection: S3Connection;
  readonly #keyPrefix: string;

  constructor(connection: S3Connection, keyPrefix: string) {
    this.#connection = connection;
    this.#keyPrefix = keyPrefix;
  }

  async retention(name: string, options: StorageCallOptions = {}): Promise<ObjectLock | undefined> {
    return await this.#lockOf({ name, version: undefined }, options);
  }

  /** A store refuses to shorten a lock; whether that was it is asked only then. */
  async retain(name: string, lock: ObjectLock, options: StorageCallOptions = {}): Promise<void> {
    const { sdk, bucket } = this.#connection;
    const command = new sdk.PutObjectRetentionCommand({
      Bucket: bucket,
      Key: this.#keyPrefix + name,
      Retention: { Mode: MODES[lock.mode], RetainUntilDate: new Date(lock.until.epochMilliseconds) },
    });
    try {
      await this.#connection.call(
        { verb: "lock", name, signal: options.signal },
        async (client, call) => await client.send(command, call),
      );
    } catch (error) {
      if (error instanceof StorageObjectMissingError) throw error;
      if (!(error instanceof StorageError) || (s3Failure(error.cause)?.status ?? 500) >= 500) throw error;
      const there = await this.retention(name, options);
      if (there === undefined || Temporal.Instant.compare(there.until, lock.until) < 0) throw error;
    }
  }

  /** Marks go last: while a version stays, it must not come into sight again. */
  async erase(name: string, options: StorageCallOptions = {}): Promise<void> {
    const versions = await this.#versionsOf(name, options);
    const rank = ({ isMark }: ObjectVersion): number => (isMark ? 1 : 0);
    for (const version of versions.toSorted((a, b) => rank(a) - rank(b))) {
      await this.#removeVersion(name, version, options);
    }
  }

  async *hidden(prefix: string, options: StorageCallOptions = {}): AsyncIterable<string> {
    const wanted = { keyPrefix: this.#keyPrefix + prefix, signal: options.signal };
    let marked: string | undefined;
    for await (const { key, isMark, isLatest } of listVersions(this.#connection, wanted)) {
      if (isMark && isLatest) marked = key;
      else if (!isMark && key === marked) {
        marked = undefined;
        const name = key.slice(this.#keyPrefix.length);
        if (isObjectName(name)) yield name;
      }
    }
  }

  async unhide(name: string, options: StorageCallOptions = {}): Promise<void> {
    for (const version of await this.#versionsOf(name, options)) {
      if (version.isMark) await this.#removeVersion(name, version, options);
    }
  }

  async #versionsOf(name: string, { signal }: StorageCallOptions): Promise<readonly ObjectVersion[]> {
    const key = this.#keyPrefix + name;
    const found: ObjectVersion[] = [];
    for await (const version of listVersions(this.#connection, { keyPrefix: key, signal })) {
      if (version.key !== key) break; // in the order of keys: what is longer comes later
      found.push(version);
    }
    return found;
  }

  async #removeVersion(name: string, version: ObjectVersion, options: StorageCallOptions): Promise<void> {
    const { sdk, bucket } = this.#connection;
    const command = new sdk.DeleteObjectCommand({
      Bucket: bucket,
      Key: version.key,
      VersionId: version.version,
    });
    try {
      await this.#connection.call(
        { verb: "erase", name, signal: options.signal },
        async (client, call) => await client.send(command, call),
      );
    } catch (error) {
      if (error instanceof StorageObjectMissingError) return;
      if (!(error instanceof StorageDeniedError) || version.isMark) throw error;
      const lock = await this.#lockIfTold({ name, version: version.version }, options);
      if (lock === undefined) throw error;
      throw new StorageLockedError(`Cannot erase "${name}": it is locked until ${lock.until.toString()}`, {
        until: lock.until,
        cause: error,
      });
    }
  }

  async #lockIfTold(
    of: { readonly name: string; readonly version: string },
    options: StorageCallOptions,
  ): Promise<ObjectLock | undefined> {
    try {
      return await this.#lockOf(of, options);
    } catch (error) {
      if (error instanceof StorageDeniedError) return undefined;
      throw error;
    }
  }

  async #lockOf(
    of: { readonly name: string; readonly version: string | undefined },
    { signal }: StorageCallOptions,
  ): Promise<ObjectLock | undefined> {
    const { sdk, bucket } = this.#connection;
    const command = new sdk.GetObjectRetentionCommand({
      Bucket: bucket,
      Key: this.#keyPrefix + of.name,
      ...(of.version !== undefined && { VersionId: of.version }),
    });
    const action = { verb: "ask for the lock of", name: of.name, signal };
    try {
      const { Retention } = await this.#connection.call(
        action,
        async (client, call) => await client.send(command, call),
      );
      const { Mode, RetainUntilDate } = Retention ?? {};
      if (Mode === undefined || RetainUntilDate === undefined) return undefined;
      const mode: LockMode = Mode === "COMPLIANCE" ? "compliance" : "governance";
      return { mode, until: Temporal.Instant.fromEpochMilliseconds(RetainUntilDate.getTime()) };
    } catch (error) {
      if (error instanceof StorageError && s3Failure(error.cause)?.code === NO_LOCK) return undefined;
      throw error;
    }
  }
}

/** The answer where an object has none. */
const NO_LOCK = "NoSuchObjectLockConfiguration";
