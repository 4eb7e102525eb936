import type {
  AssociatorsOptions,
  CimCallOptions,
  CimInstance,
  CimMethodResult,
  CimReference,
  CimSession,
  CimValue,
} from "../../cim/index.ts";

/** What is thrown in place of, or after, one call; it is no StillpointError: the process is gone. */
export class KilledError extends Error {}

export interface FailingPlan {
  /** Which call fails, counted from 1. */
  readonly at: number;
  /** Whether the host still does what was asked. */
  readonly when: "before" | "after";
  /** `kill`: this and every later call throws. `blip`: only this one, with the given error. */
  readonly error: (() => Error) | "kill";
  /** Told of each call before it is made. */
  readonly onCall?: (kind: "query" | "other") => void;
}

/** Passes calls on and fails at one of them; counts all. */
export class FailingSession implements CimSession {
  readonly #inner: CimSession;
  readonly #plan: FailingPlan;
  calls = 0;
  isDead = false;

  constructor(inner: CimSession, plan: FailingPlan) {
    this.#inner = inner;
    this.#plan = plan;
  }

  async *query(namespace: string, wql: string, options?: CimCallOptions): AsyncIterable<CimInstance> {
    yield* await this.#call(
      "query",
      async () => await Array.fromAsync(this.#inner.query(namespace, wql, options)),
    );
  }

  async get(reference: CimReference, options?: CimCallOptions): Promise<CimInstance | undefined> {
    return await this.#call("other", async () => await this.#inner.get(reference, options));
  }

  async *associators(reference: CimReference, options?: AssociatorsOptions): AsyncIterable<CimInstance> {
    yield* await this.#call(
      "other",
      async () => await Array.fromAsync(this.#inner.associators(reference, options)),
    );
  }

  async invoke(
    reference: CimReference,
    method: string,
    input: { readonly arguments: Readonly<Record<string, CimValue>> } & CimCallOptions,
  ): Promise<CimMethodResult> {
    return await this.#call("other", async () => await this.#inner.invoke(reference, method, input));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  async #call<T>(kind: "query" | "other", work: () => Promise<T>): Promise<T> {
    const { at, when, error } = this.#plan;
    this.calls++;
    this.#plan.onCall?.(kind);
    if (this.isDead) throw new KilledError("The process is gone");
    if (this.calls !== at) return await work();
    if (when === "after") {
      await work().catch(() => undefined); // a refusal is done as well; nobody hears it
    }
    if (error !== "kill") throw error();
    this.isDead = true;
    throw new KilledError(`The process was killed ${when} call ${at}`);
  }
}
