import { type Clock, throwIfInterrupted } from "../base/index.ts";
import { type BandwidthRule, bandwidthAt } from "./bandwidth-rule.ts";
import type { WantedRange } from "./object-range.ts";
import type {
  ObjectLocks,
  PutOptions,
  Storage,
  StorageCallOptions,
  StorageTraits,
  StoredObject,
} from "./storage.ts";

export interface LimitedOptions {
  readonly clock: Clock;
  readonly rule: BandwidthRule;
  /** In which the rule's times of day are meant: `Europe/Berlin`. */
  readonly timeZone: string;
}

/** A pause is cut into pieces of this length, so that a window that begins or ends meanwhile is seen. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * A store that takes and gives no more bytes than a rule allows for the time of day, each direction by itself. It counts
 * whole objects: a call waits until what was moved before it is paid for, and is then as fast as the line. So the rate
 * holds on the average of some packs, not within one. Place it around a store that retries; what is sent twice is not counted.
 */
export class LimitedStorage implements Storage {
  readonly #inner: Storage;
  readonly #sent: Allowance;
  readonly #received: Allowance;

  /** Takes over the inner store, and closes it. */
  constructor(inner: Storage, options: LimitedOptions) {
    this.#inner = inner;
    this.#sent = new Allowance(options);
    this.#received = new Allowance(options);
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

  async put(name: string, parts: readonly Uint8Array[], options: PutOptions = {}): Promise<void> {
    await this.#sent.wait(
      parts.reduce((sum, part) => sum + part.length, 0),
      options.signal,
    );
    await this.#inner.put(name, parts, options);
  }

  /** What is given without a length counts when it is there. */
  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    await this.#received.wait(options.length ?? 0, options.signal);
    const bytes = await this.#inner.get(name, options);
    if (options.length === undefined) this.#received.owe(bytes.length);
    return bytes;
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    return await this.#inner.stat(name, options);
  }

  list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    return this.#inner.list(prefix, options);
  }

  async delete(name: string, options?: StorageCallOptions): Promise<void> {
    await this.#inner.delete(name, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}

/** A bucket of tokens that may be overdrawn: who comes waits until the debt of those before is paid, then owes in turn. */
class Allowance {
  readonly #options: LimitedOptions;
  #debtBytes = 0;
  #countedAtMs: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: LimitedOptions) {
    this.#options = options;
    this.#countedAtMs = options.clock.monotonicMs();
  }

  owe(bytes: number): void {
    this.#debtBytes += bytes;
  }

  /** One after the other, so that of many that come at the same time each pays its own. */
  async wait(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    try {
      await this.#payOff(signal);
      this.owe(bytes);
    } finally {
      resolve();
    }
  }

  async #payOff(signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      throwIfInterrupted(signal);
      const rate = this.#rate();
      this.#count(rate);
      if (rate === undefined || this.#debtBytes <= 0) return;
      await clock.sleep(Math.min(LONGEST_PAUSE_MS, Math.ceil((this.#debtBytes / rate) * 1000)), { signal });
    }
  }

  /** Time that passed pays at the rate of now; nobody saves up for later. */
  #count(rate: number | undefined): void {
    const now = this.#options.clock.monotonicMs();
    const paid = rate === undefined ? this.#debtBytes : ((now - this.#countedAtMs) / 1000) * rate;
    this.#debtBytes = Math.max(0, this.#debtBytes - paid);
    this.#countedAtMs = now;
  }

  #rate(): number | undefined {
    const { hour, minute } = this.#options.clock.now().toZonedDateTimeISO(this.#options.timeZone);
    return bandwidthAt(this.#options.rule, hour * 60 + minute);
  }
}
