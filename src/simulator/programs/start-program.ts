import process from "node:process";
import { newGuid } from "../../base/index.ts";
import { HostCommandError, HostFileError } from "../../places/index.ts";
import type { ActContext } from "../acts/act-context.ts";
import type { RunningProgramEntry, ScriptedProgramEntry } from "../state/program-state.ts";
import { scriptLines } from "../vss/diskshadow-command.ts";
import { findProgram, type ProgramCall } from "./find-program.ts";
import { runSchtasks } from "./scheduled-tasks.ts";

export interface NewProgram extends ProgramCall {
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

const LONGEST_SCRIPT_BYTES = 1024 * 1024;
const BAD_ARGUMENTS = 1;
const USAGE = `DISKSHADOW.EXE [/s <script file> [param1] [param2] ...] [/l <log file>]

  /s  runs the commands of a script
  /l  writes what is printed to a log, too
`;

/** Enters a program that begins now. @throws {HostCommandError} when the host has none of that name */
export async function startProgram(context: ActContext, call: NewProgram): Promise<RunningProgramEntry> {
  const found = findProgram(context.host, call);
  if (found === undefined) {
    throw new HostCommandError(`Cannot run "${call.program}": the simulated host has no such program`, {
      program: call.program,
      reason: "missing",
    });
  }
  const now = context.clock.now();
  const entry: RunningProgramEntry = {
    id: newGuid(context.entropy).toUpperCase(),
    program: call.program,
    arguments: [...call.arguments],
    environment: ourVariables(call.environment),
    owner: process.pid,
    started: now.toString(),
    due: now.toString(),
    output: "",
    errorOutput: "",
  };
  if (found.kind === "scripted") {
    const { takesMilliseconds } = found.entry;
    entry.outcome = exitCodeOf(found.entry);
    entry.due = now.add({ milliseconds: Math.ceil(takesMilliseconds) }).toString();
    entry.output = found.entry.output;
    entry.errorOutput = found.entry.errorOutput;
  } else if (found.kind === "scheduler") {
    const { exitCode, ...said } = await runSchtasks(context, found.arguments);
    Object.assign(entry, said, { outcome: exitCode });
  } else await prepareDiskshadow(context, entry, found.arguments);
  context.host.runningPrograms = [...(context.host.runningPrograms ?? []), entry];
  return entry;
}

/** The first `failTimes` runs fail. */
function exitCodeOf(entry: ScriptedProgramEntry): number {
  const { failTimes, failed = 0, exitCode } = entry;
  if (failTimes === undefined) return exitCode;
  if (failed >= failTimes) return 0;
  entry.failed = failed + 1;
  return exitCode === 0 ? 1 : exitCode;
}

/** Reads the script; without one it would wait for a keyboard, which nobody has. */
async function prepareDiskshadow(
  context: ActContext,
  entry: RunningProgramEntry,
  given: readonly string[],
): Promise<void> {
  entry.output = `Microsoft DiskShadow version 1.0\r\nCopyright (C) 2013 Microsoft Corporation\r\nOn computer:  ${context.host.name},  ${entry.started}\r\n\r\n`;
  const script = argumentAfter(given, "/s");
  if (given.some((argument) => /^[/-]\?$/.test(argument))) {
    entry.output += USAGE.replaceAll("\n", "\r\n");
    entry.outcome = 0;
    return;
  }
  try {
    if (script === undefined) {
      entry.errorOutput = "No script was given, and there is no console to read commands from.\r\n";
      entry.outcome = BAD_ARGUMENTS;
      return;
    }
    const commands = [...scriptLines(await textOf(context, script))];
    entry.diskshadow = {
      commands,
      at: 0,
      log: argumentAfter(given, "/l"),
      context: "volatile",
      excludedWriters: [],
      excludedComponents: [],
      volumes: [],
    };
  } catch (error) {
    if (!(error instanceof HostFileError)) throw error;
    entry.errorOutput = `Error opening the script file "${script ?? ""}".\r\n`;
    entry.outcome = BAD_ARGUMENTS;
  }
}

async function textOf(context: ActContext, path: string): Promise<string> {
  await using file = await context.drives.openToRead(path);
  const bytes = new Uint8Array(Math.min(file.sizeBytes, LONGEST_SCRIPT_BYTES));
  await file.read(bytes, 0);
  return new TextDecoder().decode(bytes);
}

function argumentAfter(given: readonly string[], name: string): string | undefined {
  const at = given.findIndex((argument) => argument.toLowerCase() === name);
  return at < 0 ? undefined : given[at + 1];
}

/** Only what we tell a program is kept; whatever else is in an environment may be secret. */
function ourVariables(
  environment: Readonly<Record<string, string>> | undefined,
): Record<string, string> | undefined {
  const own = Object.entries(environment ?? {}).filter(([name]) => name.startsWith("STILLPOINT_"));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}
