import type { WantedRange } from "../object-range.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";

export type StorageMethod = "put" | "get" | "stat" | "list" | "delete";

/** What a fault does to the call that it hits. Errors are made anew for each call. */
export type FaultEffect =
  /** Fails and does nothing. */
  | { readonly kind: "fail"; readonly error: () => unknown }
  /** Does it and fails all the same: the answer was lost on its way. A list fails behind its last object. */
  | { readonly kind: "fail-after-doing"; readonly error: () => unknown }
  /** Says that all went well, and kept (put), gave (get) or listed only so many bytes or objects. */
  | { readonly kind: "truncate"; readonly to: number }
  /** Turns one bit of what is put or got. */
  | { readonly kind: "flip-bit"; readonly at: number }
  /** Does something else first (another program's deed, an abort), then the call. */
  | { readonly kind: "call-before"; readonly act: () => Promise<void> | void };

export interface StorageFault {
  readonly on: StorageMethod;
  readonly effect: FaultEffect;
  /** Only calls whose name or prefix begins so. */
  readonly prefix?: string | undefined;
  /** How many of these calls pass before it strikes. */
  readonly skip?: number | undefined;
  /** How many calls it strikes; once when left out. */
  readonly times?: number | undefined;
}

interface Armed extends StorageFault {
  passesLeft: number;
  strikesLeft: number;
}

/** A store that fails as its script says. A call is struck by the first fault of the script that matches it. */
export class FaultyStorage implements Storage {
  readonly #inner: Storage;
  readonly #script: Armed[] = [];

  constructor(inner: Storage, script: readonly StorageFault[] = []) {
    this.#inner = inner;
    for (const fault of script) this.add(fault);
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  add(fault: StorageFault): void {
    this.#script.push({ ...fault, passesLeft: fault.skip ?? 0, strikesLeft: fault.times ?? 1 });
  }

  /** Throws when a fault of the script has not struck as often as it should: the test did not test what it says. */
  verifyAllFaultsExercised(): void {
    const left = this.#script.filter((fault) => fault.strikesLeft > 0 && Number.isFinite(fault.strikesLeft));
    if (left.length === 0) return;
    const names = left.map((fault) => `${fault.effect.kind} on ${fault.on}, ${fault.strikesLeft} times`);
    throw new Error(`These faults were never exercised: ${names.join("; ")}`);
  }

  async put(name: string, parts: readonly Uint8Array[], options?: StorageCallOptions): Promise<void> {
    const effect = await this.#next("put", name);
    const whole = effect === undefined ? parts : [damaged(Buffer.concat(parts), effect)];
    await this.#inner.put(name, whole, options);
    failAfterwards(effect);
  }

  async get(name: string, options?: StorageCallOptions & WantedRange): Promise<Uint8Array> {
    const effect = await this.#next("get", name);
    const bytes = await this.#inner.get(name, options);
    failAfterwards(effect);
    return effect === undefined ? bytes : damaged(bytes, effect);
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    const effect = await this.#next("stat", name);
    const found = await this.#inner.stat(name, options);
    failAfterwards(effect);
    return found;
  }

  async *list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    const effect = await this.#next("list", prefix);
    let left = effect?.kind === "truncate" ? effect.to : Number.POSITIVE_INFINITY;
    for await (const object of this.#inner.list(prefix, options)) {
      if (left-- <= 0) return;
      yield object;
    }
    failAfterwards(effect);
  }

  async delete(name: string, options?: StorageCallOptions): Promise<void> {
    const effect = await this.#next("delete", name);
    await this.#inner.delete(name, options);
    failAfterwards(effect);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  async #next(method: StorageMethod, name: string): Promise<FaultEffect | undefined> {
    const fault = this.#script.find(
      (fault) => fault.on === method && fault.strikesLeft > 0 && name.startsWith(fault.prefix ?? ""),
    );
    if (fault === undefined) return undefined;
    if (fault.passesLeft > 0) {
      fault.passesLeft--;
      return undefined;
    }
    fault.strikesLeft--;
    if (fault.effect.kind === "fail") throw fault.effect.error();
    if (fault.effect.kind === "call-before") await fault.effect.act();
    return fault.effect;
  }
}

function failAfterwards(effect: FaultEffect | undefined): void {
  if (effect?.kind === "fail-after-doing") throw effect.error();
}

function damaged(bytes: Uint8Array, effect: FaultEffect): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (effect.kind === "truncate") return copy.subarray(0, effect.to);
  if (effect.kind === "flip-bit" && effect.at < copy.length) copy[effect.at] = (copy[effect.at] ?? 0) ^ 1;
  return copy;
}
