import type { SeededEntropy } from "../../base/testing/index.ts";
import {
  StorageDeniedError,
  StorageFullError,
  StorageObjectMissingError,
  StorageUnreachableError,
} from "../errors.ts";
import type { WantedRange } from "../object-range.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";
import { ProgramKilledError } from "./scheduled-storage.ts";

/** What is wrong with a store. A share is of the calls that it can hit, 0 to 1. */
export interface StoreFaults {
  /** Listings show a put or a delete of the others only so many calls later. */
  readonly listsLateCalls?: number;
  /** Reads do so too: what was put is missing for so many calls. */
  readonly readsLateCalls?: number;
  /** Each object is left out of a listing. */
  readonly omits?: number;
  /** Puts and deletes are done, and no answer comes. */
  readonly timesOutAfterDoing?: number;
  /** Calls fail and do nothing. */
  readonly drops?: number;
  /** A get gives only the first half, as if that were all. */
  readonly halvesGets?: number;
  /** A put leaves half an object under its name, and fails. */
  readonly halvesPuts?: number;
  /** Every delete is refused. */
  readonly refusesDeletes?: true;
  /** No put is taken any more after so many. */
  readonly fullAfterPuts?: number;
  /** The program that uses it is dead after so many calls. */
  readonly killedAfterCalls?: number;
}

interface Change {
  readonly at: number;
  readonly kind: "put" | "delete";
  readonly sizeBytes: number;
}

/** What several programs that use one bad store have in common: how many calls were made, and what was changed when. */
export class StoreHistory {
  calls = 0;
  readonly changes = new Map<string, Change>();
}

/** A store that breaks the contract as it is told, when a seed says. */
export class UnreliableStorage implements Storage {
  readonly #inner: Storage;
  readonly #faults: StoreFaults;
  readonly #random: SeededEntropy;
  readonly #history: StoreHistory;
  #ownCalls = 0;
  #puts = 0;
  /** How often it did something wrong. */
  struck = 0;

  constructor(
    inner: Storage,
    options: {
      readonly faults: StoreFaults;
      readonly random: SeededEntropy;
      readonly history?: StoreHistory;
    },
  ) {
    this.#inner = inner;
    this.#faults = options.faults;
    this.#random = options.random;
    this.#history = options.history ?? new StoreHistory();
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  async put(name: string, parts: readonly Uint8Array[], options?: StorageCallOptions): Promise<void> {
    this.#begin();
    if (++this.#puts > (this.#faults.fullAfterPuts ?? Number.POSITIVE_INFINITY)) {
      this.struck++;
      throw new StorageFullError(`Cannot write "${name}": no space is left there`);
    }
    const whole = Buffer.concat(parts);
    const isHalf = this.#strikes(this.#faults.halvesPuts);
    const bytes = isHalf ? whole.subarray(0, whole.length >>> 1) : whole;
    await this.#inner.put(name, [bytes], options);
    this.#note(name, { kind: "put", sizeBytes: bytes.length });
    if (isHalf || this.#strikes(this.#faults.timesOutAfterDoing)) throw noAnswer("write", name);
  }

  async get(name: string, options?: StorageCallOptions & WantedRange): Promise<Uint8Array> {
    this.#begin();
    if (this.#isLate(name, "put", this.#faults.readsLateCalls)) {
      throw new StorageObjectMissingError(`Cannot read "${name}": there is no such object`);
    }
    const bytes = await this.#inner.get(name, options);
    return this.#strikes(this.#faults.halvesGets) ? bytes.slice(0, bytes.length >>> 1) : bytes;
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    this.#begin();
    if (this.#isLate(name, "put", this.#faults.readsLateCalls)) return undefined;
    return await this.#inner.stat(name, options);
  }

  async *list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    this.#begin();
    const late = this.#faults.listsLateCalls;
    const listed = new Map<string, StoredObject>();
    for await (const object of this.#inner.list(prefix, options)) {
      if (this.#isLate(object.name, "put", late) || this.#strikes(this.#faults.omits)) continue;
      listed.set(object.name, object);
    }
    for (const [name, { sizeBytes }] of this.#history.changes) {
      if (name.startsWith(prefix) && this.#isLate(name, "delete", late))
        listed.set(name, { name, sizeBytes });
    }
    yield* [...listed.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async delete(name: string, options?: StorageCallOptions): Promise<void> {
    this.#begin();
    if (this.#faults.refusesDeletes === true) {
      this.struck++;
      throw new StorageDeniedError(`Cannot delete "${name}": denied`);
    }
    const was = await this.#inner.stat(name);
    await this.#inner.delete(name, options);
    if (was !== undefined) this.#note(name, { kind: "delete", sizeBytes: was.sizeBytes });
    if (this.#strikes(this.#faults.timesOutAfterDoing)) throw noAnswer("delete", name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the store is everybody's
  }

  #begin(): void {
    this.#history.calls++;
    if (++this.#ownCalls > (this.#faults.killedAfterCalls ?? Number.POSITIVE_INFINITY)) {
      throw new ProgramKilledError("the program was killed");
    }
    if (this.#strikes(this.#faults.drops)) throw noAnswer("reach", this.location);
  }

  #note(name: string, change: Omit<Change, "at">): void {
    this.#history.changes.set(name, { ...change, at: this.#history.calls });
  }

  #isLate(name: string, kind: Change["kind"], lateCalls: number | undefined): boolean {
    const change = this.#history.changes.get(name);
    if (lateCalls === undefined || change?.kind !== kind) return false;
    const isLate = this.#history.calls - change.at < lateCalls;
    if (isLate) this.struck++;
    return isLate;
  }

  #strikes(share: number | undefined): boolean {
    if (share === undefined || this.#random.next() >= share * 2 ** 32) return false;
    this.struck++;
    return true;
  }
}

function noAnswer(verb: string, what: string): StorageUnreachableError {
  return new StorageUnreachableError(`Cannot ${verb} "${what}": no answer`);
}
