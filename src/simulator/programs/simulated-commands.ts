import { type Clock, InterruptedError, throwIfInterrupted } from "../../base/index.ts";
import { CimConnectionError } from "../../cim/index.ts";
import { HostCommandError, type HostCommandResult, type HostCommands } from "../../places/index.ts";
import type { HostEngine } from "../host-engine.ts";
import { forget, killProgram } from "./advance-programs.ts";
import { startProgram } from "./start-program.ts";

/** How often a waiting client looks, at the longest. */
const LOOK_EVERY_MS = 200;

type RunOptions = Parameters<HostCommands["run"]>[1];
type Seen = { readonly result: HostCommandResult } | { readonly dueInMs: number };

/** Programs of the simulated host. While one goes on nothing is locked: it is advanced step by step. */
export class SimulatedCommands implements HostCommands {
  readonly #engine: HostEngine;
  readonly #clock: Clock;

  constructor(engine: HostEngine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  async run(program: string, options: RunOptions): Promise<HostCommandResult> {
    throwIfInterrupted(options.signal);
    const id = await this.#start(program, options);
    const deadline = this.#clock.monotonicMs() + options.timeoutMs;
    for (;;) {
      const seen = await this.#look(program, id);
      if ("result" in seen) return seen.result;
      if (this.#clock.monotonicMs() >= deadline) {
        await this.#kill(id);
        throw failure(program, "timeout", { state: `it took longer than ${options.timeoutMs} ms` });
      }
      await this.#wait(Math.min(LOOK_EVERY_MS, Math.max(1, seen.dueInMs)), { id, program, options });
    }
  }

  async #start(program: string, options: RunOptions): Promise<string> {
    const { arguments: given, environment } = options;
    try {
      const started = await this.#engine.call("run", async (context, { fault }) => {
        if (typeof fault === "object") throw failure(program, "failed", { state: fault.errorDescription });
        return await startProgram(context, { program, arguments: given, environment });
      });
      return started.id;
    } catch (error) {
      if (!(error instanceof CimConnectionError)) throw error;
      throw failure(program, "failed", { state: "the connection to the host broke", cause: error });
    }
  }

  async #look(program: string, id: string): Promise<Seen> {
    return await this.#engine.act(async (context) => {
      const entry = context.host.runningPrograms?.find((one) => one.id === id);
      if (entry === undefined) throw failure(program, "killed", { state: "it was ended by somebody" });
      if (entry.ended === undefined) {
        const due = Temporal.Instant.from(entry.due).epochMilliseconds;
        const dueInMs =
          entry.neverEnds === true ? LOOK_EVERY_MS : due - context.clock.now().epochMilliseconds;
        return { dueInMs };
      }
      forget(context, entry);
      const { exitCode = 0, output, errorOutput } = entry;
      return { result: { exitCode, output, errorOutput } };
    });
  }

  async #wait(
    milliseconds: number,
    run: { readonly id: string; readonly program: string; readonly options: RunOptions },
  ): Promise<void> {
    const { signal } = run.options;
    try {
      await this.#clock.sleep(milliseconds, { signal });
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error;
      await this.#kill(run.id);
      throw new InterruptedError(`Cannot go on with "${run.program}": interrupted`, {
        cause: signal?.reason,
      });
    }
  }

  async #kill(id: string): Promise<void> {
    await this.#engine.act(async (context) => {
      const entry = context.host.runningPrograms?.find((one) => one.id === id);
      if (entry !== undefined) killProgram(context, entry);
    });
  }
}

function failure(
  program: string,
  reason: HostCommandError["reason"],
  why: { readonly state: string; readonly cause?: unknown },
): HostCommandError {
  return new HostCommandError(`Cannot run "${program}": ${why.state}`, { program, reason, cause: why.cause });
}
