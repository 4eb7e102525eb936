import { type ChildProcess, spawn } from "node:child_process";
import { sep, win32 } from "node:path";
import {
  type Clock,
  InternalError,
  InterruptedError,
  KIB,
  systemClock,
  throwIfInterrupted,
} from "../base/index.ts";
import { BoundedText } from "./bounded-text.ts";
import { HostCommandError, type HostCommandReason } from "./errors.ts";
import type { HostCommandResult, HostCommands } from "./host-commands.ts";

const OUTPUT_LIMIT_BYTES = 1024 * KIB; // for each of the two streams
const GRACE_MS = 5_000; // between asking a program to end and ending it
const DRAIN_MS = 1_000; // for a child of the program that keeps its output open after the program's end

export interface LocalCommandsOptions {
  /** What every program gets; the caller has taken its own secrets out. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock?: Clock | undefined;
}

type RunOptions = Parameters<HostCommands["run"]>[1];
type Ending = { readonly exitCode: number | null; readonly killedBy: string | null };

/**
 * Programs of the machine that this runs on, started without a shell. A timeout or an abort ends the program with all
 * that it started, first politely, and `run` rejects only after it is gone.
 */
export class LocalCommands implements HostCommands {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #clock: Clock;

  constructor(options: LocalCommandsOptions) {
    this.#environment = options.environment;
    this.#clock = options.clock ?? systemClock;
  }

  async run(program: string, options: RunOptions): Promise<HostCommandResult> {
    throwIfInterrupted(options.signal);
    const child: ChildProcess = spawn(program, [...options.arguments], {
      env: { ...this.#environment, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      windowsVerbatimArguments: options.verbatimArguments === true,
      detached: sep === "/", // its own process group, so that all of it can be ended
    });
    const ending = endingOf(child, program);
    const { stdout, stderr } = child;
    if (!stdout || !stderr) return await neverStarted(ending); // no handles are left, not even for pipes
    const output = new BoundedText(stdout, OUTPUT_LIMIT_BYTES);
    const errorOutput = new BoundedText(stderr, OUTPUT_LIMIT_BYTES);
    const closed = once(child, "close");
    const stopped = await this.#untilEnd(child, ending, options);
    const { exitCode, killedBy } = await ending;
    await this.#within(DRAIN_MS, closed);
    stdout.destroy();
    stderr.destroy();
    if (stopped === "interrupted")
      throw new InterruptedError(`Cannot go on with "${program}": interrupted`, {
        cause: options.signal?.reason,
      });
    if (stopped === "timeout")
      throw failure(program, "timeout", { state: `it took longer than ${options.timeoutMs} ms` });
    if (exitCode === null) throw failure(program, "killed", { state: `it was ended by ${killedBy}` });
    return { exitCode, output: output.toString(), errorOutput: errorOutput.toString() };
  }

  /** Waits for the program's end, and brings it about when the time is over or the signal fires. */
  async #untilEnd(
    child: ChildProcess,
    ending: Promise<Ending>,
    options: RunOptions,
  ): Promise<"ended" | "timeout" | "interrupted"> {
    const ended = ending.then(() => "ended" as const);
    const first = await this.#within(options.timeoutMs, ended, options.signal);
    if (first !== undefined) return first;
    this.#endTree(child, "SIGTERM");
    if ((await this.#within(GRACE_MS, ended)) === undefined) this.#endTree(child, "SIGKILL");
    return options.signal?.aborted ? "interrupted" : "timeout";
  }

  /**
   * Ends the program and what it started. On Windows there is no polite way for a program without a window; its own
   * program for that is named by its path, so that nothing in the folder that we were started in can take its place.
   */
  #endTree(child: ChildProcess, how: "SIGTERM" | "SIGKILL"): void {
    if (child.pid === undefined) return;
    if (sep === "\\") {
      const windows = this.#environment["SystemRoot"] ?? "C:\\Windows";
      spawn(win32.join(windows, "System32", "taskkill.exe"), ["/pid", String(child.pid), "/T", "/F"], {
        stdio: "ignore",
        windowsHide: true,
      }).once("error", () => child.kill("SIGKILL"));
      return;
    }
    try {
      process.kill(-child.pid, how);
    } catch {
      child.kill(how); // the group is gone, or was never made
    }
  }

  /** The promise's value, or undefined when the time was over or the signal fired first. */
  async #within<T>(milliseconds: number, promise: Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    const stop = new AbortController();
    const signals = signal === undefined ? [stop.signal] : [stop.signal, signal];
    const over = this.#clock.sleep(milliseconds, { signal: AbortSignal.any(signals) }).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof InterruptedError) return undefined;
        throw error;
      },
    );
    try {
      return await Promise.race([promise, over]);
    } finally {
      stop.abort();
    }
  }
}

async function endingOf(child: ChildProcess, program: string): Promise<Ending> {
  const { promise, resolve, reject } = Promise.withResolvers<Ending>();
  child.once("error", (error: NodeJS.ErrnoException) => reject(startFailure(program, error)));
  child.once("exit", (exitCode, killedBy) => resolve({ exitCode, killedBy }));
  return await promise;
}

async function neverStarted(ending: Promise<Ending>): Promise<never> {
  await ending;
  throw new InternalError("a program ended that has no streams");
}

function startFailure(program: string, cause: NodeJS.ErrnoException): HostCommandError {
  if (cause.code === "ENOENT")
    return failure(program, "missing", { state: "there is no such program", cause });
  if (cause.code === "EACCES" || cause.code === "EPERM")
    return failure(program, "denied", { state: "the system denies access", cause });
  return failure(program, "failed", { state: `the system failed (${cause.code ?? cause.message})`, cause });
}

async function once(child: ChildProcess, event: "close"): Promise<true> {
  const { promise, resolve } = Promise.withResolvers<true>();
  child.once(event, () => resolve(true));
  return await promise;
}

function failure(
  program: string,
  reason: HostCommandReason,
  why: { readonly state: string; readonly cause?: unknown },
): HostCommandError {
  return new HostCommandError(`Cannot run "${program}": ${why.state}`, { program, reason, cause: why.cause });
}
