import { type Clock, type EventSink, InterruptedError, StillpointError } from "../../base/index.ts";
import type { HostCommands } from "../../places/index.ts";
import type { CommandReport, CommandStage, CommandsHere, ItemCommand } from "./item-commands.ts";
import { keptOutput } from "./kept-output.ts";
import { shellCall } from "./shell-call.ts";

export interface CommandPlaces {
  readonly here: CommandsHere;
  /** Programs of the Hyper-V host; absent where none can be run. */
  readonly host: HostCommands | undefined;
}

export interface CommandRun {
  readonly stage: CommandStage;
  readonly command: ItemCommand;
  readonly places: CommandPlaces;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly events: EventSink;
  /** The step that its output is told in. */
  readonly step: string;
  readonly signal?: AbortSignal | undefined;
}

/** How a command ended: what is kept of it, and the sentence and error that say why it failed. */
export interface CommandEnd {
  readonly report: CommandReport;
  readonly failure?: { readonly sentence: string; readonly cause?: unknown } | undefined;
}

/** Whether it could not be run, or not to its end, for what may be over at the next start. */
export function mayPass({ failure }: CommandEnd): boolean {
  return failure?.cause instanceof StillpointError && failure.cause.retry === "later";
}

/** Runs one command to its end. A failure is an outcome. @throws {InterruptedError} when the signal ended it */
export async function runCommand(run: CommandRun): Promise<CommandEnd> {
  const { stage, command, clock, step, events } = run;
  const start = clock.monotonicMs();
  const end = await endOf(run);
  const seconds = Math.round(clock.monotonicMs() - start) / 1000;
  for (const message of [end.output, end.errorOutput]) {
    if (message !== "") events({ type: "step-note", step, message });
  }
  const { failure, ...said } = end;
  const outcome = failure === undefined ? "done" : "failed";
  return { report: { stage, on: command.on, outcome, seconds, ...said }, failure };
}

type End = Pick<CommandReport, "exitCode" | "output" | "errorOutput"> & Pick<CommandEnd, "failure">;

async function endOf(run: CommandRun): Promise<End> {
  const { command, places, environment, timeoutMs, signal } = run;
  const commands = command.on === "here" ? places.here.commands : places.host;
  if (commands === undefined) return unended({ sentence: "no program can be run on this host" });
  const { program, ...call } = shellCall(command.text, command.on === "here" ? places.here.shell : "cmd");
  try {
    const result = await commands.run(program, { ...call, environment, timeoutMs, signal });
    const { exitCode } = result;
    return {
      exitCode,
      output: keptOutput(result.output),
      errorOutput: keptOutput(result.errorOutput),
      failure: exitCode === 0 ? undefined : { sentence: `it ended with exit code ${exitCode}` },
    };
  } catch (error) {
    if (!(error instanceof StillpointError) || error instanceof InterruptedError) throw error;
    return unended({ sentence: error.message, cause: error });
  }
}

function unended(failure: { readonly sentence: string; readonly cause?: unknown }): End {
  return { exitCode: null, output: "", errorOutput: "", failure };
}
