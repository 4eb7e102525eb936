import { type Transferable, Worker } from "node:worker_threads";
import { InternalError } from "../../base/index.ts";
import { VaultSelfCheckError } from "../errors.ts";
import type { TaskAnswer, TaskMessage, TaskResults, WorkerStart, WorkerTask } from "./worker-tasks.ts";

/** A worker never waits for its next task, and tasks are not bound to a worker sooner than they must. */
const TASKS_IN_HAND = 2;

interface Ticket {
  readonly task: WorkerTask;
  readonly given: readonly Transferable[];
  readonly resolve: (result: TaskResults[keyof TaskResults]) => void;
  readonly reject: (error: Error) => void;
}

interface Hand {
  readonly worker: Worker;
  readonly tickets: Map<number, Ticket>;
}

/**
 * The threads that hash, compress and seal. They start with the first task and end with `dispose`; while no task runs
 * they do not keep the process alive. Tasks are begun in the order in which they came.
 */
export class WorkerPool implements AsyncDisposable {
  readonly #start: WorkerStart;
  readonly #size: number;
  readonly #hands: Hand[] = [];
  readonly #waiting: Ticket[] = [];
  #lastTicket = 0;
  #ended = false;

  constructor(options: { readonly size: number; readonly start: WorkerStart }) {
    this.#size = options.size;
    this.#start = options.start;
  }

  get size(): number {
    return this.#size;
  }

  /** Starts the threads before there is work for them: they are ready when what has to be known first is known. */
  warm(): void {
    while (!this.#ended && this.#hands.length < this.#size) this.#hire();
  }

  /** Memory in `given` belongs to the worker from now on. @throws {VaultSelfCheckError} */
  async run<T extends WorkerTask>(
    task: T,
    given: readonly Transferable[] = [],
  ): Promise<TaskResults[T["kind"]]> {
    if (this.#ended) throw new InternalError("Cannot hand work to the vault's threads: they have ended");
    const { promise, resolve, reject } = Promise.withResolvers<TaskResults[keyof TaskResults]>();
    this.#waiting.push({ task, given, resolve, reject });
    this.#handOut();
    return (await promise) as TaskResults[T["kind"]];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    const gone = new InternalError("Cannot finish work of the vault: its threads were ended");
    for (const ticket of this.#waiting.splice(0)) ticket.reject(gone);
    for (const hand of this.#hands) this.#rejectAll(hand, gone);
    await Promise.all(this.#hands.splice(0).map(async ({ worker }) => await worker.terminate()));
  }

  #handOut(): void {
    while (this.#waiting.length > 0) {
      const hand = this.#freestHand();
      if (hand === undefined) return;
      const ticket = this.#waiting.shift() as Ticket;
      const message: TaskMessage = { ticket: ++this.#lastTicket, task: ticket.task };
      if (hand.tickets.size === 0) hand.worker.ref();
      hand.tickets.set(message.ticket, ticket);
      hand.worker.postMessage(message, ticket.given);
    }
  }

  /** The one with the least in hand; a new one rather than a second task for one that is busy. */
  #freestHand(): Hand | undefined {
    let freest: Hand | undefined;
    for (const hand of this.#hands) {
      if (freest === undefined || hand.tickets.size < freest.tickets.size) freest = hand;
    }
    if (freest?.tickets.size === 0) return freest;
    if (this.#hands.length < this.#size) return this.#hire();
    return freest !== undefined && freest.tickets.size < TASKS_IN_HAND ? freest : undefined;
  }

  #hire(): Hand {
    const worker = new Worker(new URL("./seal-worker.ts", import.meta.url), {
      workerData: this.#start,
      execArgv: [], // what the program was started with (`-e`, `--test`) is not for threads
      resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 },
    });
    const hand: Hand = { worker, tickets: new Map() };
    worker.on("message", (answer: TaskAnswer) => this.#take(hand, answer));
    worker.on("error", (error) => {
      this.#drop(hand, error);
    });
    worker.on("exit", () => {
      this.#drop(hand, new Error("the thread ended"));
    });
    worker.unref();
    this.#hands.push(hand);
    return hand;
  }

  #take(hand: Hand, answer: TaskAnswer): void {
    const ticket = hand.tickets.get(answer.ticket);
    hand.tickets.delete(answer.ticket);
    if (hand.tickets.size === 0) hand.worker.unref();
    if ("failure" in answer) ticket?.reject(errorFrom(answer.failure));
    else ticket?.resolve(answer.result);
    this.#handOut();
  }

  #drop(hand: Hand, cause: unknown): void {
    const at = this.#hands.indexOf(hand);
    if (at >= 0) this.#hands.splice(at, 1);
    this.#rejectAll(hand, new InternalError("Cannot finish work of the vault: a thread failed", { cause }));
    this.#handOut();
  }

  #rejectAll(hand: Hand, error: Error): void {
    for (const ticket of hand.tickets.values()) ticket.reject(error);
    hand.tickets.clear();
  }
}

function errorFrom(failure: { readonly code: string; readonly message: string }): Error {
  if (failure.code === "vault-self-check-failed") return new VaultSelfCheckError(failure.message);
  return new InternalError(`Cannot finish work of the vault: ${failure.message}`);
}
