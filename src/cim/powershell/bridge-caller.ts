import { type Clock, InterruptedError, throwIfInterrupted } from "../../base/index.ts";
import { CimConnectionError, excerptOf } from "../index.ts";
import { BridgeProcess, type BridgeProcessOptions } from "./bridge-process.ts";
import { within } from "./deadline.ts";
import { HostBridgeError } from "./errors.ts";
import { type BridgeAnswer, decodeAnswer, garbled } from "./lines/answer.ts";
import { type BridgeRequest, encodeRequest } from "./lines/request.ts";

export interface BridgeCallerOptions extends BridgeProcessOptions {
  /** After this the bridge counts as deaf and is ended. WMI's own time-out for listings comes long before. */
  readonly answerTimeoutMs: number;
}

/** A bridge that said hello. */
export interface OpenBridge {
  readonly process: BridgeProcess;
  /** The computer's name as WMI writes it into paths. */
  readonly machine: string;
}

export interface BridgeCall {
  readonly requestFor: (machine: string) => BridgeRequest;
  readonly signal?: AbortSignal | undefined;
  /** The bridge that knows what this call is about; a new one would not. */
  readonly on?: OpenBridge | undefined;
}

export interface BridgeReply {
  readonly answer: Exclude<BridgeAnswer, { readonly kind: "hello" | "restricted" }>;
  readonly bridge: OpenBridge;
}

const PROTOCOL_VERSION = 1;
const LAST_MAJOR_OF_WINDOWS = 5; // what came after has no System.Management of its own
const STARTING_MS = 120_000; // a busy server, an antivirus program that looks at every script: `powershell-speed`
const HEARING_MS = 5_000; // for the answer to what was interrupted
/** What no wrong code page and no careless escaping leaves as it is. */
const ECHO = '"\\/ \u00e4\u20ac\u2028\ud83d\ude00\ud800';

/**
 * Puts calls in line, starts a bridge when there is none, and matches answers with calls. What an interrupted call still
 * does is waited for; a bridge that does not answer is ended, and the next call starts another.
 */
export class BridgeCaller implements AsyncDisposable {
  readonly #options: BridgeCallerOptions;
  readonly #clock: Clock;
  #bridge: OpenBridge | undefined;
  #starting: BridgeProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #nextId = 1;
  #isClosed = false;

  constructor(options: BridgeCallerOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  async call(call: BridgeCall): Promise<BridgeReply> {
    return await this.#inLine(call.signal, async () => {
      const bridge = call.on ?? (await this.#open(call.signal));
      const answer = await this.#exchange(bridge.process, call.requestFor(bridge.machine), call.signal);
      if (answer.kind === "hello" || answer.kind === "restricted") throw this.#break(bridge.process, answer);
      return { answer, bridge };
    });
  }

  /** Tells the bridge that nobody wants the rest. */
  cancel(bridge: OpenBridge, listing: number): void {
    bridge.process.tell(encodeRequest(this.#nextId++, { operation: "cancel", listing }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#starting?.stop();
    await this.#bridge?.process.stop();
  }

  /** One after the other, in the order of the calls. */
  async #inLine<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    throwIfInterrupted(signal);
    const before = this.#last;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    this.#last = Promise.all([before, done]);
    try {
      await untilInterrupted(before, signal);
      if (this.#isClosed)
        throw new CimConnectionError("Cannot ask Windows PowerShell: the session is closed");
      return await work();
    } finally {
      resolve();
    }
  }

  async #open(signal: AbortSignal | undefined): Promise<OpenBridge> {
    if (this.#bridge?.process.isUsable) return this.#bridge;
    const process = BridgeProcess.start(this.#options);
    this.#starting = process;
    try {
      const machine = await this.#greet(process, signal);
      this.#bridge = { process, machine };
      return this.#bridge;
    } catch (error) {
      await process.stop();
      throw error;
    } finally {
      this.#starting = undefined;
    }
  }

  /** The first exchange. @throws {HostBridgeError} when this is no bridge of ours */
  async #greet(process: BridgeProcess, signal: AbortSignal | undefined): Promise<string> {
    const hello = { operation: "hello", echo: ECHO } as const;
    const answer = await this.#exchange(process, hello, signal).catch((error: unknown) => {
      if (this.#isClosed || !(error instanceof CimConnectionError)) throw error;
      throw new HostBridgeError(`Cannot start Windows PowerShell: ${error.message}`, {
        reason: "failed",
        cause: error,
      });
    });
    if (answer.kind === "restricted") {
      const state = `its language mode is "${answer.mode}"`;
      throw new HostBridgeError(`Cannot use Windows PowerShell: ${state}`, { reason: "restricted" });
    }
    if (answer.kind === "fault") {
      // what it needs for every text fails already here (`powershell-matchevaluator`)
      const state = `it cannot greet: ${excerptOf(answer.fault.message.trim() || answer.fault.type)}`;
      throw new HostBridgeError(`Cannot use Windows PowerShell: ${state}`, { reason: "failed" });
    }
    if (answer.kind !== "hello") throw this.#break(process, answer);
    const { version, echo, machine, powershell } = answer.hello;
    const isWindows = Number.parseInt(powershell, 10) <= LAST_MAJOR_OF_WINDOWS;
    if (version === PROTOCOL_VERSION && isWindows && echo === ECHO) return machine;
    const state = `it speaks version ${version} in PowerShell ${powershell}${echo === ECHO ? "" : ", and changes text"}`;
    throw new HostBridgeError(`Cannot use Windows PowerShell: ${state}`, { reason: "mismatch" });
  }

  async #exchange(
    process: BridgeProcess,
    request: BridgeRequest,
    signal: AbortSignal | undefined,
  ): Promise<BridgeAnswer> {
    const id = this.#nextId++;
    const asked = process.ask(encodeRequest(id, request));
    const milliseconds = request.operation === "hello" ? STARTING_MS : this.#options.answerTimeoutMs;
    const listing = request.operation === "more" ? request.listing : id;
    const first = await within(asked, { clock: this.#clock, milliseconds, signal });
    if (first === "interrupted") return await this.#abandon(process, { listing, asked, signal });
    if (first === "late") {
      const state = `Windows PowerShell gave no answer within ${milliseconds} ms`;
      process.kill(new CimConnectionError(`Cannot do "${request.operation}": ${state}`));
    }
    const answer = this.#understood(process, { line: await asked, listing });
    // a restricted session cannot read which call it answers
    if (answer.id !== id && answer.kind !== "restricted") throw this.#break(process, answer);
    return answer;
  }

  /** Lets the bridge finish, so that nothing of the call goes on afterwards; ends it when it is deaf. */
  async #abandon(
    process: BridgeProcess,
    call: {
      readonly listing: number;
      readonly asked: Promise<string>;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<never> {
    const error = new InterruptedError("Cannot go on with a call of the host: interrupted", {
      cause: call.signal?.reason,
    });
    process.tell(encodeRequest(this.#nextId++, { operation: "cancel", listing: call.listing }));
    const heard = await within(call.asked, { clock: this.#clock, milliseconds: HEARING_MS });
    if (heard !== "settled") {
      process.kill(
        new CimConnectionError("Cannot go on with Windows PowerShell: it was ended when it went deaf"),
      );
    }
    throw error;
  }

  #understood(
    process: BridgeProcess,
    heard: { readonly line: string; readonly listing: number },
  ): BridgeAnswer {
    try {
      return decodeAnswer(heard.line);
    } catch (error) {
      if (error instanceof HostBridgeError) process.kill(error);
      // an instance that cannot be read: the bridge is sound, and what it still lists nobody will ask for
      else process.tell(encodeRequest(this.#nextId++, { operation: "cancel", listing: heard.listing }));
      throw error;
    }
  }

  #break(process: BridgeProcess, answer: BridgeAnswer): HostBridgeError {
    const error = garbled(`an answer of kind ${answer.kind} with id ${answer.id}`);
    process.kill(error);
    return error;
  }
}

async function untilInterrupted(promise: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) {
    await promise;
    return;
  }
  const { promise: fired, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([promise, fired]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
  throwIfInterrupted(signal);
}
