import type { Clock } from "../../base/index.ts";
import type {
  LockMode,
  ObjectLock,
  ObjectLocks,
  PutOptions,
  Storage,
  StorageCallOptions,
  StorageTraits,
  StoredObject,
} from "../../storage/index.ts";
import { VaultLockUnsupportedError } from "../errors.ts";
import {
  CONFIG_NAME,
  HOSTS_ENDED_PREFIX,
  HOSTS_PREFIX,
  INDEX_PREFIX,
  KEYS_PREFIX,
  PACKS_PREFIX,
  PARITY_PREFIX,
  POINTS_PREFIX,
  RECEIPTS_PREFIX,
} from "../format/object-names.ts";
import { lockUntil } from "./lock-generation.ts";

/** How a vault's objects are locked. */
export interface VaultLock {
  /** Every object that a restore point needs is locked for at least so long from the last renewal on. */
  readonly days: number;
  readonly mode: LockMode;
}

/** Leases, and notes that come and go, are never locked. */
const LOCKED = [
  PACKS_PREFIX,
  PARITY_PREFIX,
  INDEX_PREFIX,
  POINTS_PREFIX,
  KEYS_PREFIX,
  RECEIPTS_PREFIX,
  HOSTS_PREFIX,
  HOSTS_ENDED_PREFIX,
];

/** Locks what a vault puts, and removes versions for good where it deletes. The inner storage stays the caller's. */
export class LockingStorage implements Storage {
  readonly #inner: Storage;
  readonly #lock: VaultLock;
  readonly #clock: Clock;

  constructor(inner: Storage, lock: VaultLock, clock: Clock) {
    this.#inner = inner;
    this.#lock = lock;
    this.#clock = clock;
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  get locks(): ObjectLocks | undefined {
    return this.#inner.locks;
  }

  /** @throws {VaultLockUnsupportedError} where it would stay without its lock */
  async put(name: string, parts: readonly Uint8Array[], options?: PutOptions): Promise<void> {
    const lock = isLockedName(name) ? this.#lockFromNow() : undefined;
    if (lock !== undefined) requireLocks(this.#inner);
    await this.#inner.put(name, parts, { ...options, lock });
  }

  async get(
    name: string,
    options?: StorageCallOptions & {
      readonly offset?: number | undefined;
      readonly length?: number | undefined;
    },
  ): Promise<Uint8Array> {
    return await this.#inner.get(name, options);
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    return await this.#inner.stat(name, options);
  }

  list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    return this.#inner.list(prefix, options);
  }

  /** A plain delete would only hide it. @throws {StorageLockedError} */
  async delete(name: string, options?: StorageCallOptions): Promise<void> {
    const { locks } = this.#inner;
    if (locks === undefined) await this.#inner.delete(name, options);
    else await locks.erase(name, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the inner one stays the caller's
  }

  #lockFromNow(): ObjectLock {
    const { days, mode } = this.#lock;
    return { mode, until: lockUntil(this.#clock.now(), days) };
  }
}

/** Whether a vault with locks locks objects of this name. */
export function isLockedName(name: string): boolean {
  return name === CONFIG_NAME || LOCKED.some((prefix) => name.startsWith(prefix));
}

/** @throws {VaultLockUnsupportedError} */
export function requireLocks(storage: Storage): ObjectLocks {
  if (storage.locks !== undefined) return storage.locks;
  throw new VaultLockUnsupportedError(
    `Cannot lock objects at "${storage.location}": it is no bucket with object lock, or this credential may not ask`,
  );
}

/** The storage as a vault with this lock uses it. */
export function lockedPlace(storage: Storage, lock: VaultLock | undefined, clock: Clock): Storage {
  return lock === undefined ? storage : new LockingStorage(storage, lock, clock);
}
