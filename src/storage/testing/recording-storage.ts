import type { WantedRange } from "../object-range.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";
import { MemoryStorage } from "./memory-storage.ts";

/** When its caller made a call, and when it got its answer, counted in such events; never answered: infinite. */
interface CallSpan {
  readonly begun: number;
  readonly answered: number;
}

/** A call that changed the store, in the order in which the changes took place. */
export type RecordedCall = CallSpan &
  (
    | { readonly kind: "put"; readonly name: string; readonly bytes: Uint8Array }
    | { readonly kind: "delete"; readonly name: string }
  );

export interface RecordingOptions {
  /** For how many turns of the event loop each change is on its way, there and back: so calls overlap as over a slow line. @default 0 */
  readonly turnsOnTheWay?: number | undefined;
}

/**
 * A store in memory that remembers each change, so that a test can see it as it was at any instant: what a crash
 * (of the program, of the machine, of the line) would have left there.
 */
export class RecordingStorage implements Storage {
  readonly #start: MemoryStorage;
  readonly #inner: MemoryStorage;
  readonly #calls: RecordedCall[] = [];
  readonly #turnsOnTheWay: number;
  #events = 0;
  /** How many calls read: a measure for how much a reader asks of a distant store. */
  reads = 0;

  /** @param start what is there before the first recorded change; it is copied. */
  constructor(start: MemoryStorage = new MemoryStorage(), options: RecordingOptions = {}) {
    this.#start = start.clone();
    this.#inner = start.clone();
    this.#turnsOnTheWay = options.turnsOnTheWay ?? 0;
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** A store of its own with the first `count` changes made. */
  prefix(count: number): MemoryStorage {
    return this.stateAfter(this.#calls.slice(0, count));
  }

  /** A store of its own with these changes made, in this order. */
  stateAfter(calls: readonly RecordedCall[]): MemoryStorage {
    const store = this.#start.clone();
    for (const call of calls) store.replace(call.name, call.kind === "put" ? call.bytes : undefined);
    return store;
  }

  async put(name: string, parts: readonly Uint8Array[], options?: StorageCallOptions): Promise<void> {
    const bytes = Uint8Array.from(Buffer.concat(parts));
    const begun = this.#events++;
    await this.#travel();
    await this.#inner.put(name, [bytes], options);
    await this.#noteAndAnswer({ kind: "put", name, bytes, begun, answered: Number.POSITIVE_INFINITY });
  }

  async get(name: string, options?: StorageCallOptions & WantedRange): Promise<Uint8Array> {
    this.reads++;
    return await this.#inner.get(name, options);
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    this.reads++;
    return await this.#inner.stat(name, options);
  }

  list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    this.reads++;
    return this.#inner.list(prefix, options);
  }

  async delete(name: string, options?: StorageCallOptions): Promise<void> {
    const was = await this.#inner.stat(name);
    const begun = this.#events++;
    await this.#travel();
    await this.#inner.delete(name, options);
    if (was === undefined) return;
    await this.#noteAndAnswer({ kind: "delete", name, begun, answered: Number.POSITIVE_INFINITY });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  async #noteAndAnswer(call: RecordedCall): Promise<void> {
    const place = this.#calls.push(call) - 1;
    await this.#travel();
    this.#calls[place] = { ...call, answered: this.#events++ };
  }

  async #travel(): Promise<void> {
    for (let turn = 0; turn < this.#turnsOnTheWay; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
