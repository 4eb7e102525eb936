import {
  type Clock,
  type Entropy,
  InterruptedError,
  StillpointError,
  throwIfInterrupted,
} from "../base/index.ts";
import { StorageObjectExistsError, StorageUnreachableError } from "./errors.ts";

import type { WantedRange } from "./object-range.ts";
import { StepWatch } from "./step-watch.ts";
import type {
  ObjectLocks,
  PutOptions,
  Storage,
  StorageCallOptions,
  StorageTraits,
  StoredObject,
} from "./storage.ts";

export interface RetryingOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** How often a call is tried in all. @default 6: with the pauses below about a minute and a half at most */
  readonly attempts?: number | undefined;
  /** The longest pause after the first failure; each further one is twice as long. Each is drawn from half of it up to all. @default 2,000 */
  readonly firstPauseMs?: number | undefined;
  /** @default 30,000 */
  readonly longestPauseMs?: number | undefined;
  /** What a call may take before its bytes count. @default 60,000 */
  readonly callTimeoutMs?: number | undefined;
  /** The slowest line that is not taken for a dead one, for the bytes of a call. @default 32 KiB/s */
  readonly slowestBytesPerSecond?: number | undefined;
}

const DEFAULTS = {
  attempts: 6,
  firstPauseMs: 2_000,
  longestPauseMs: 30_000,
  callTimeoutMs: 60_000,
  slowestBytesPerSecond: 32 * 1024,
};

/**
 * A store that is asked again when it says that this can help, and that is not waited for without end. A put whose answer
 * was lost has perhaps been done: when the name is taken at a later attempt, the object is read, and is ours when it has
 * our bytes. After an abort nothing is tried any more, so this is the place that keeps that promise for distant stores.
 */
export class RetryingStorage implements Storage {
  readonly #inner: Storage;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #limits: typeof DEFAULTS;

  /** Takes over the inner store, and closes it. */
  constructor(inner: Storage, options: RetryingOptions) {
    this.#inner = inner;
    this.#clock = options.clock;
    this.#entropy = options.entropy;
    this.#limits = {
      attempts: options.attempts ?? DEFAULTS.attempts,
      firstPauseMs: options.firstPauseMs ?? DEFAULTS.firstPauseMs,
      longestPauseMs: options.longestPauseMs ?? DEFAULTS.longestPauseMs,
      callTimeoutMs: options.callTimeoutMs ?? DEFAULTS.callTimeoutMs,
      slowestBytesPerSecond: options.slowestBytesPerSecond ?? DEFAULTS.slowestBytesPerSecond,
    };
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  get locks(): ObjectLocks | undefined {
    const { locks } = this.#inner;
    return locks && this.#repeating(locks);
  }

  async put(name: string, parts: readonly Uint8Array[], options: PutOptions = {}): Promise<void> {
    const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
    let isInDoubt = false; // an earlier attempt may have been done, although it failed
    await this.#repeat({ what: `write "${name}"`, sizeBytes, signal: options.signal }, async (signal) => {
      try {
        await this.#inner.put(name, parts, { lock: options.lock, signal });
      } catch (error) {
        if (isInDoubt && error instanceof StorageObjectExistsError) {
          if (await this.#isOurs(name, { parts, sizeBytes, signal })) return;
        }
        isInDoubt ||= canPass(error) || signal.aborted; // also when its time was over
        throw error;
      }
    });
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    const { signal, ...range } = options;
    const call = { what: `read "${name}"`, sizeBytes: range.length ?? 16 * 1024 * 1024, signal };
    return await this.#repeat(call, async (signal) => await this.#inner.get(name, { ...range, signal }));
  }

  async stat(name: string, options: StorageCallOptions = {}): Promise<StoredObject | undefined> {
    const call = { what: `look at "${name}"`, sizeBytes: 0, signal: options.signal };
    return await this.#repeat(call, async (signal) => await this.#inner.stat(name, { signal }));
  }

  /** A list that breaks off is begun anew, and goes on behind what was given: a list is in order. */
  async *list(prefix: string, options: StorageCallOptions = {}): AsyncIterable<StoredObject> {
    yield* this.#goOn({
      what: `list "${this.location}"`,
      list: (signal) => this.#inner.list(prefix, { signal }),
      nameOf: ({ name }) => name,
      signal: options.signal,
    });
  }

  async delete(name: string, options: StorageCallOptions = {}): Promise<void> {
    const call = { what: `delete "${name}"`, sizeBytes: 0, signal: options.signal };
    await this.#repeat(call, async (signal) => await this.#inner.delete(name, { signal }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  #repeating(locks: ObjectLocks): ObjectLocks {
    const call = (verb: string, name: string, options: StorageCallOptions = {}): Call => ({
      what: `${verb} "${name}"`,
      sizeBytes: 0,
      signal: options.signal,
    });
    return {
      retention: async (name, options) =>
        await this.#repeat(
          call("ask for the lock of", name, options),
          async (signal) => await locks.retention(name, { signal }),
        ),
      retain: async (name, lock, options) =>
        await this.#repeat(
          call("lock", name, options),
          async (signal) => await locks.retain(name, lock, { signal }),
        ),
      erase: async (name, options) =>
        await this.#repeat(
          call("erase", name, options),
          async (signal) => await locks.erase(name, { signal }),
        ),
      hidden: (prefix, options) =>
        this.#goOn({
          what: `list what is hidden in "${this.location}"`,
          list: (signal) => locks.hidden(prefix, { signal }),
          nameOf: (name) => name,
          signal: options?.signal,
        }),
      unhide: async (name, options) =>
        await this.#repeat(
          call("show", name, options),
          async (signal) => await locks.unhide(name, { signal }),
        ),
    };
  }

  async *#goOn<T>(listing: Listing<T>): AsyncIterable<T> {
    let last = "";
    for (let failures = 0; ; ) {
      try {
        for await (const item of this.#stepsInTime(listing)) {
          const name = listing.nameOf(item);
          if (name <= last) continue;
          last = name;
          failures = 0;
          yield item;
        }
        return;
      } catch (error) {
        await this.#pauseAfter(error, { failures: ++failures, signal: listing.signal });
      }
    }
  }

  /** Each step may take as long as a call; the time that the caller takes between two does not count. */
  async *#stepsInTime<T>({ what, list, signal }: Listing<T>): AsyncIterable<T> {
    const stop = new AbortController();
    const steps = list(anyOf(stop.signal, signal))[Symbol.asyncIterator]();
    const watch = new StepWatch({ clock: this.#clock, limitMs: this.#limits.callTimeoutMs, stop });
    try {
      for (;;) {
        const step = await watch.during(async () => await steps.next());
        if (step.done === true) return;
        yield step.value;
      }
    } catch (error) {
      if (!stop.signal.aborted || signal?.aborted) throw error;
      throw tooLate(what, { timeoutMs: this.#limits.callTimeoutMs, cause: error });
    } finally {
      await watch.end();
      await steps.return?.();
    }
  }

  async #isOurs(
    name: string,
    wanted: {
      readonly parts: readonly Uint8Array[];
      readonly sizeBytes: number;
      readonly signal: AbortSignal;
    },
  ): Promise<boolean> {
    const { signal } = wanted;
    if ((await this.#inner.stat(name, { signal }))?.sizeBytes !== wanted.sizeBytes) return false;
    const found = await this.#inner.get(name, { signal });
    const there = Buffer.from(found.buffer, found.byteOffset, found.length);
    let at = 0;
    return wanted.parts.every((part) => there.subarray(at, (at += part.length)).equals(part));
  }

  async #repeat<T>(call: Call, once: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (let failures = 0; ; ) {
      throwIfInterrupted(call.signal);
      try {
        return await this.#inTime(call, once);
      } catch (error) {
        await this.#pauseAfter(error, { failures: ++failures, signal: call.signal });
      }
    }
  }

  /** Waits before the next attempt. @throws the error itself when it cannot pass, or was met too often. */
  async #pauseAfter(
    error: unknown,
    state: { readonly failures: number; readonly signal: AbortSignal | undefined },
  ): Promise<void> {
    throwIfInterrupted(state.signal);
    if (!canPass(error) || state.failures >= this.#limits.attempts) throw error;
    const longest = Math.min(
      this.#limits.longestPauseMs,
      this.#limits.firstPauseMs * 2 ** (state.failures - 1),
    );
    const share = new DataView(this.#entropy.bytes(4).buffer).getUint32(0) / 2 ** 32;
    await this.#clock.sleep((longest / 2) * (1 + share), { signal: state.signal });
  }

  /** The call is told to stop when its time is over, and is waited for: so nothing of it happens later. */
  async #inTime<T>(call: Call, once: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { callTimeoutMs, slowestBytesPerSecond } = this.#limits;
    const timeoutMs = callTimeoutMs + (call.sizeBytes / slowestBytesPerSecond) * 1000;
    const late = new AbortController();
    const done = new AbortController();
    const watch = this.#clock.sleep(timeoutMs, { signal: done.signal }).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      return await once(anyOf(late.signal, call.signal));
    } catch (error) {
      if (!late.signal.aborted || call.signal?.aborted) throw error;
      throw tooLate(call.what, { timeoutMs, cause: error });
    } finally {
      done.abort();
      await watch;
    }
  }
}

interface Call {
  /** `write "packs/a"`, for the message of a time-out. */
  readonly what: string;
  readonly sizeBytes: number;
  readonly signal: AbortSignal | undefined;
}

interface Listing<T> {
  /** For the message of a time-out. */
  readonly what: string;
  readonly list: (signal: AbortSignal) => AsyncIterable<T>;
  readonly nameOf: (item: T) => string;
  readonly signal: AbortSignal | undefined;
}

function anyOf(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

function tooLate(what: string, facts: { readonly timeoutMs: number; readonly cause: unknown }): Error {
  const state = `no answer within ${Math.round(facts.timeoutMs / 1000)} s`;
  return new StorageUnreachableError(`Cannot ${what}: ${state}`, { cause: facts.cause });
}

function canPass(error: unknown): boolean {
  return error instanceof StillpointError && error.retry === "later" && !(error instanceof InterruptedError);
}
