import type { SeededEntropy } from "../../base/testing/index.ts";
import type { WantedRange } from "../object-range.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";

/** Thrown by every call of a program that was killed. */
export class ProgramKilledError extends Error {}

interface Waiting {
  readonly program: ScheduledStorage;
  readonly go: () => void;
}

/**
 * Lets several programs use one store in an order that a seed decides: each call waits for its turn, and one program may
 * sleep for as long as the others live.
 */
export class Schedule {
  readonly #random: SeededEntropy;
  readonly #programs = new Set<ScheduledStorage>();
  readonly #waiting: Waiting[] = [];
  #changed = Promise.withResolvers<void>();
  #burst: { program: ScheduledStorage; left: number } | undefined;
  /** How many calls were made. */
  turns = 0;

  constructor(random: SeededEntropy) {
    this.#random = random;
  }

  /** A program's view of the store. */
  open(inner: Storage): ScheduledStorage {
    const program = new ScheduledStorage(inner, this);
    this.#programs.add(program);
    return program;
  }

  /** The program has no more to do, or was killed. */
  end(program: ScheduledStorage): void {
    this.#programs.delete(program);
    this.#change();
  }

  /** @internal Waits for its turn. */
  async turn(program: ScheduledStorage): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ program, go: resolve });
    this.#change();
    await promise;
  }

  /** Gives turns until all programs have ended. */
  async run(): Promise<void> {
    while (this.#programs.size > 0) {
      const isEveryoneWaiting = [...this.#programs].every((program) =>
        this.#waiting.some((one) => one.program === program),
      );
      if (!isEveryoneWaiting) {
        await this.#changed.promise;
        continue;
      }
      this.turns++;
      this.#next().go();
      await new Promise((resolve) => setImmediate(resolve)); // the call is made, and its caller goes on
    }
    for (const { go } of this.#waiting.splice(0)) go();
  }

  /** Usually one program for a while: real ones make many calls before another gets to its next. */
  #next(): Waiting {
    const inBurst = this.#waiting.findIndex(({ program }) => program === this.#burst?.program);
    if (this.#burst !== undefined && this.#burst.left-- > 0 && inBurst >= 0) return this.#take(inBurst);
    const at = this.#random.below(this.#waiting.length);
    const chosen = this.#take(at);
    this.#burst = { program: chosen.program, left: this.#random.below(2) * this.#random.below(40) };
    return chosen;
  }

  #take(at: number): Waiting {
    return this.#waiting.splice(at, 1)[0] as Waiting;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

/** One program's view of a store under a schedule. */
export class ScheduledStorage implements Storage {
  readonly #inner: Storage;
  readonly #schedule: Schedule;
  #isKilled = false;

  constructor(inner: Storage, schedule: Schedule) {
    this.#inner = inner;
    this.#schedule = schedule;
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  /** From now on none of its calls does anything. */
  kill(): void {
    this.#isKilled = true;
    this.#schedule.end(this);
  }

  async put(name: string, parts: readonly Uint8Array[], options?: StorageCallOptions): Promise<void> {
    await this.#turn();
    await this.#inner.put(name, parts, options);
  }

  async get(name: string, options?: StorageCallOptions & WantedRange): Promise<Uint8Array> {
    await this.#turn();
    return await this.#inner.get(name, options);
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    await this.#turn();
    return await this.#inner.stat(name, options);
  }

  /** A listing is made in one instant; what it lists may be gone when it is read. */
  async *list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    await this.#turn();
    yield* await Array.fromAsync(this.#inner.list(prefix, options));
  }

  async delete(name: string, options?: StorageCallOptions): Promise<void> {
    await this.#turn();
    await this.#inner.delete(name, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the store is everybody's
  }

  async #turn(): Promise<void> {
    if (!this.#isKilled) await this.#schedule.turn(this);
    if (this.#isKilled) throw new ProgramKilledError("the program was killed");
  }
}
