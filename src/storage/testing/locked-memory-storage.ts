import type { Clock } from "../../base/index.ts";
import { StorageLockedError, StorageObjectMissingError } from "../errors.ts";
import type { ObjectLock, ObjectLocks, PutOptions, StorageTraits } from "../storage.ts";
import { MemoryStorage } from "./memory-storage.ts";

/** A store in memory with object lock, as a bucket has it: a plain delete hides, and a lock keeps the version. */
export class LockedMemoryStorage extends MemoryStorage {
  override readonly traits: StorageTraits = { conditionalCreate: true, objectLock: true, latency: "disk" };
  readonly #clock: Clock;
  readonly #locks = new Map<string, ObjectLock>();
  readonly #hidden = new Map<string, Uint8Array>();
  /** Calls that locked an object or made its lock longer. */
  retains = 0;

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  /** The lock of an object, for tests. */
  lockOf(name: string): ObjectLock | undefined {
    return this.#locks.get(name);
  }

  override async put(name: string, parts: readonly Uint8Array[], options: PutOptions = {}): Promise<void> {
    await super.put(name, parts, options);
    if (options.lock !== undefined) this.#locks.set(name, options.lock);
  }

  override async delete(name: string): Promise<void> {
    if (this.names().includes(name)) this.#hidden.set(name, this.peek(name));
    await super.delete(name);
  }

  readonly locks: ObjectLocks = {
    retention: async (name) => {
      await Promise.resolve();
      this.peek(name);
      return this.#locks.get(name);
    },
    retain: async (name, lock) => {
      await Promise.resolve();
      this.peek(name);
      const there = this.#locks.get(name);
      if (there !== undefined && Temporal.Instant.compare(there.until, lock.until) >= 0) return;
      this.retains++;
      this.#locks.set(name, lock);
    },
    erase: async (name) => {
      const until = this.#locks.get(name)?.until;
      if (until !== undefined && Temporal.Instant.compare(this.#clock.now(), until) < 0) {
        throw new StorageLockedError(`Cannot erase "${name}": it is locked`, { until });
      }
      await super.delete(name);
      this.#locks.delete(name);
      this.#hidden.delete(name);
    },
    hidden: (prefix) => this.#listHidden(prefix),
    unhide: async (name) => {
      await Promise.resolve();
      const bytes = this.#hidden.get(name);
      if (bytes === undefined) throw new StorageObjectMissingError(`Cannot show "${name}": it is not hidden`);
      this.#hidden.delete(name);
      this.replace(name, bytes);
    },
  };

  async *#listHidden(prefix: string): AsyncIterable<string> {
    await Promise.resolve();
    yield* [...this.#hidden.keys()].filter((name) => name.startsWith(prefix)).sort();
  }
}
