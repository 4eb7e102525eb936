import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type Clock, StillpointError } from "../../base/index.ts";
import { CimConnectionError } from "../index.ts";
import { within } from "./deadline.ts";
import { HostBridgeError } from "./errors.ts";
import { garbled } from "./lines/answer.ts";
import { LineSplitter } from "./lines/line-splitter.ts";
import type { BridgeLaunch } from "./windows-powershell.ts";

const COMPLAINT_CHARACTERS = 2_000; // of what it said on standard error, the end
const PARTING_MS = 2_000; // for its own end after its input was closed
const ENDING_MS = 5_000; // for the system to end it

export interface BridgeProcessOptions {
  readonly launch: BridgeLaunch;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly maxLineBytes: number;
}

interface Expected {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One running bridge: a line is asked, a line is the answer. It ends with its input (`powershell-parent-death`), so that it never outlives this
 * program; what breaks its rules is ended at once.
 */
export class BridgeProcess {
  readonly #child: ChildProcess;
  /** Absent where no handles were left, not even for pipes: then it never starts. */
  readonly #input: Writable | null | undefined;
  readonly #clock: Clock;
  readonly #ended: Promise<void>;
  #expected: Expected | undefined;
  #complaint = "";
  /** Why nothing can be asked any more. */
  #failure: Error | undefined;

  private constructor(child: ChildProcess, options: BridgeProcessOptions) {
    this.#child = child;
    this.#input = child.stdin;
    this.#clock = options.clock;
    this.#ended = this.#end(options.launch.program);
    const splitter = new LineSplitter(options.maxLineBytes);
    const streams: readonly (Readable | Writable | null | undefined)[] = [
      child.stdin,
      child.stdout,
      child.stderr,
    ];
    // a closed pipe shows as the process's end, which says more
    for (const stream of streams) stream?.on("error", () => undefined);
    child.stdout?.on("data", (bytes: Uint8Array) => this.#hear(splitter, bytes));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-COMPLAINT_CHARACTERS);
    });
  }

  /** Starts the program; that it is there shows with the first answer. */
  static start(options: BridgeProcessOptions): BridgeProcess {
    const { program, arguments: given } = options.launch;
    const child = spawn(program, [...given], {
      env: { ...options.environment },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    return new BridgeProcess(child, options);
  }

  /** False when it ended or was ended: then a new one is needed. */
  get isUsable(): boolean {
    return this.#failure === undefined;
  }

  /**
   * The answer to one line. One at a time. @throws {CimConnectionError} when the process ends instead, {HostBridgeError}
   * for a line that is no line
   */
  async ask(line: string): Promise<string> {
    if (this.#failure !== undefined) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#expected = { resolve, reject };
    this.tell(line);
    return await promise;
  }

  /** A line that has no answer. */
  tell(line: string): void {
    if (this.isUsable) this.#input?.write(line);
  }

  /** Ends it now; whoever waits for an answer gets the reason. */
  kill(reason: Error): void {
    this.#fail(reason);
    this.#child.kill("SIGKILL");
  }

  /** Lets it come to its end by closing its input, ends it when it does not, and waits until it is gone. */
  async stop(): Promise<void> {
    const reason = new CimConnectionError("Cannot ask Windows PowerShell: the session is closed");
    this.#fail(reason);
    this.#input?.end();
    const options = { clock: this.#clock };
    if ((await within(this.#ended, { ...options, milliseconds: PARTING_MS })) === "settled") return;
    this.kill(reason);
    await within(this.#ended, { ...options, milliseconds: ENDING_MS });
  }

  #hear(splitter: LineSplitter, bytes: Uint8Array): void {
    if (!this.isUsable) return;
    try {
      for (const line of splitter.push(bytes)) this.#take(line);
    } catch (error) {
      this.kill(error instanceof StillpointError ? error : garbled("", error));
    }
  }

  #take(line: string): void {
    const expected = this.#expected;
    if (expected === undefined) throw garbled(line);
    this.#expected = undefined;
    expected.resolve(line);
  }

  async #end(program: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#child.once("error", (error: NodeJS.ErrnoException) => {
      this.#fail(startFailure(program, error));
      resolve();
    });
    // "close" comes after the last of its output, so the complaint is whole
    this.#child.once("close", (exitCode, killedBy) => {
      const said = this.#complaint.trim();
      const how = exitCode === null ? `was ended by ${killedBy}` : `ended with code ${exitCode}`;
      this.#fail(
        new CimConnectionError(
          `Cannot go on with Windows PowerShell: it ${how}${said === "" ? "" : ` and said "${said}"`}`,
        ),
      );
      resolve();
    });
    await promise;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#expected?.reject(this.#failure);
    this.#expected = undefined;
  }
}

function startFailure(program: string, cause: NodeJS.ErrnoException): HostBridgeError {
  const state = cause.code === "ENOENT" ? "there is no such program" : `the system failed (${cause.code})`;
  const reason = cause.code === "ENOENT" ? "missing" : "failed";
  return new HostBridgeError(`Cannot run "${program}": ${state}`, { reason, cause });
}
