import { describeError, environment, exitCodeOf, language, SYSTEM_WORLD } from "../app/index.ts";
import type { Command, CommandInput, CommandSurface } from "./command.ts";
import { switchOption, textOption } from "./command.ts";
import type { OutputWatch } from "./outlive-readers.ts";
import { COLOURS, humanOutput, jsonOutput, type Output, PLAIN } from "./output/index.ts";
import { askSecret } from "./secret-prompt.ts";

/** A terminal that is closed says SIGHUP: what is held on a host is let go then as well. */
const INTERRUPTIONS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs a command to its exit code: the summary line always comes, whatever failed. */
export async function runCommand(command: Command, input: CommandInput, watch: OutputWatch): Promise<number> {
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  for (const signal of INTERRUPTIONS) process.on(signal, stop);
  const colours = process.stdout.isTTY && environment("NO_COLOR") === undefined;
  const paint = colours ? COLOURS : PLAIN;
  using output = outputOf(input, paint);
  const surface: CommandSurface = {
    output,
    paint,
    secret: async (source) => await askSecret(source, interrupt.signal),
    context: {
      world: SYSTEM_WORLD,
      events: output.events,
      signal: interrupt.signal,
      stateDir: textOption(input, "stateDir"),
    },
  };
  try {
    const result = await command.run(input, surface);
    output.line({ ...result.summary, type: "summary" });
    const unsaid = await watch.failure();
    if (unsaid === undefined) return result.exitCode;
    output.problem(describeError(unsaid, { language: language() }));
    return result.exitCode || exitCodeOf(unsaid);
  } catch (error) {
    output.problem(describeError(error, { language: language() }));
    if (command.emptySummary !== undefined) output.line({ ...command.emptySummary, type: "summary" });
    else output.line({ type: "summary" });
    return exitCodeOf(error);
  } finally {
    for (const signal of INTERRUPTIONS) process.off(signal, stop);
  }
}

function outputOf(input: CommandInput, paint: typeof PLAIN): Output {
  const { clock } = SYSTEM_WORLD;
  const out = (text: string): void => {
    process.stdout.write(text);
  };
  const error = (text: string): void => {
    process.stderr.write(text);
  };
  if (switchOption(input, "json") === true) return jsonOutput({ out, error, clock });
  const terminal = process.stderr.isTTY ? process.stderr : undefined;
  return humanOutput({ out, error, terminal, paint, clock });
}
