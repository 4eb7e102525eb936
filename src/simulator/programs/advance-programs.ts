import process from "node:process";
import type { ActContext } from "../acts/act-context.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import type { RunningProgramEntry } from "../state/program-state.ts";
import { killDiskshadow, stepDiskshadow } from "../vss/diskshadow-step.ts";

/** How long the end of a program is kept for whoever waits for it. */
const KEPT_MS = 300_000;
const MOST_RUNS = 200;

/**
 * Goes on with one program whose time has come, and says whether there was one. As with host jobs, whoever looks at the
 * host lets them go on: a program does not end because its client died, unless the scenario says so.
 */
export async function advanceNextProgram(context: ActContext): Promise<boolean> {
  const { host, clock } = context;
  const now = clock.now();
  forgetEnded(context);
  const going = (host.runningPrograms ?? []).filter(({ ended }) => ended === undefined);
  if (assumptionsOf(host).programsOfDeadClients === "end") {
    const orphan = going.find(({ owner }) => !isAlive(owner));
    if (orphan !== undefined) {
      killProgram(context, orphan);
      return true;
    }
  }
  const due = going.find((program) => program.neverEnds !== true && isDue(program, now));
  if (due === undefined) return false;
  if (due.outcome === undefined) await stepDiskshadow(context, due);
  else {
    due.ended = now.toString();
    due.exitCode = due.outcome;
  }
  if (due.ended !== undefined) noteRun(context, due);
  return true;
}

/** Ends a program in the middle. Nobody hears of it any more. */
export function killProgram(context: ActContext, program: RunningProgramEntry): void {
  if (program.ended === undefined) {
    killDiskshadow(context, program);
    noteRun(context, program);
  }
  forget(context, program);
}

/** Takes a program's end to whoever waited for it. */
export function forget(context: ActContext, program: RunningProgramEntry): void {
  const { host } = context;
  const left = (host.runningPrograms ?? []).filter(({ id }) => id !== program.id);
  if (left.length === 0) delete host.runningPrograms;
  else host.runningPrograms = left;
}

/** Scripted programs and diskshadow alike, so that people see what ran. */
function noteRun(context: ActContext, program: RunningProgramEntry): void {
  const { host } = context;
  const { program: name, environment, started, exitCode } = program;
  const run = {
    program: name,
    arguments: program.arguments,
    ...(environment === undefined ? {} : { environment }),
    at: started,
    exitCode: exitCode ?? null,
  };
  host.programRuns = [...(host.programRuns ?? []), run].slice(-MOST_RUNS);
}

function forgetEnded(context: ActContext): void {
  const { host, clock } = context;
  const oldest = clock.now().epochMilliseconds - KEPT_MS;
  for (const program of host.runningPrograms ?? []) {
    const { ended } = program;
    if (ended !== undefined && Temporal.Instant.from(ended).epochMilliseconds <= oldest)
      forget(context, program);
  }
}

function isDue(program: RunningProgramEntry, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(Temporal.Instant.from(program.due), now) <= 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
