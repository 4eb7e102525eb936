import { StillpointError } from "../../base/index.ts";
import type { ActContext } from "../acts/act-context.ts";
import { takeFault, takeScript } from "../acts/scenario-counters.ts";
import { performScriptedAct } from "../acts/scripted-acts.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import type { RunningProgramEntry } from "../state/program-state.ts";
import { type DiskshadowCommand, parseCommand } from "./diskshadow-command.ts";
import { writeLog } from "./diskshadow-log.ts";
import { type CommandOutcome, type DiskshadowRun, print, printFailure, runOf } from "./diskshadow-run.ts";
import { performCommand } from "./perform-command.ts";
import { abandonSet } from "./set-in-progress.ts";
import { dropShadowCopies } from "./take-shadow-copies.ts";
import { failedWith, VssCode } from "./vss-failure.ts";

/** A command that failed ends the script with it (docs/unconfirmed.md, diskshadow-exit). */
const FAILED = 3;
/** Commands that change the host are acts of their own: a process may die before and after each. */
const EVENTS: Partial<Record<DiskshadowCommand["kind"], string>> = {
  create: "diskshadow create",
  end: "diskshadow end backup",
  delete: "diskshadow delete shadows",
};

/** Goes on with a diskshadow until its next act, its next waiting, or its end. */
export async function stepDiskshadow(context: ActContext, program: RunningProgramEntry): Promise<void> {
  const { diskshadow: session } = program;
  if (session === undefined) return;
  const run = runOf(context, program, session);
  program.due = context.clock.now().toString();
  let goesOn = true;
  while (goesOn) {
    const line = session.commands[session.at];
    const command = parseCommand(line ?? "exit");
    if (line === undefined || command.kind === "exit") {
      finish(run, session.exitCode ?? 0);
      break;
    }
    goesOn = settle(run, line, await performLine(run, line, command)) && EVENTS[command.kind] === undefined;
  }
  await writeLog(run);
}

/** Ends it in the middle: what it made stays, what it began nobody ends (docs/host-protocol.md). */
export function killDiskshadow(context: ActContext, program: RunningProgramEntry): void {
  abandonSet(context, program);
  if (program.diskshadow !== undefined) dropVolatile(runOf(context, program, program.diskshadow));
}

/** Whether the next command follows at once. */
function settle(run: DiskshadowRun, line: string, outcome: CommandOutcome): boolean {
  const { context, program, session } = run;
  if (outcome === "done") {
    session.at++;
    delete session.begun;
    return true;
  }
  if ("failure" in outcome) {
    printFailure(run, line, outcome.failure);
    if (assumptionsOf(context.host).diskshadowFailure === "goes-on") return settle(run, line, "done");
    finish(run, FAILED);
  } else {
    program.due = context.clock.now().add({ milliseconds: outcome.waitMs }).toString();
  }
  return false;
}

/** Echoes the command once, and lets it meet what the scenario has in store for it. */
async function performLine(
  run: DiskshadowRun,
  line: string,
  command: DiskshadowCommand,
): Promise<CommandOutcome> {
  const { context, session } = run;
  const event = EVENTS[command.kind];
  if (session.begun !== true) {
    print(run, `-> ${line}`);
    session.begun = true;
    const met = event === undefined ? undefined : await meet(run, event);
    if (met !== undefined) return met;
  }
  try {
    const outcome = await performCommand(run, command);
    if (outcome === "done" && event !== undefined) await script(context, event, "after");
    return outcome;
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    return { failure: failedWith(VssCode.unexpected, error.message) };
  }
}

async function meet(run: DiskshadowRun, event: string): Promise<CommandOutcome | undefined> {
  const { context, program } = run;
  await script(context, event, "before");
  const fault = takeFault(context.host, event);
  if (fault === undefined) return undefined;
  if (typeof fault === "object")
    return { failure: failedWith(fault.errorCode >>> 0, fault.errorDescription) };
  program.neverEnds = true;
  return { waitMs: 0 };
}

async function script(context: ActContext, event: string, moment: "before" | "after"): Promise<void> {
  for (const act of takeScript(context.host, event, moment)) await performScriptedAct(context, act);
}

/** Its set is no more, unless it is persistent; nobody waits for the end of its backup any more when it did end it. */
function finish(run: DiskshadowRun, exitCode: number): void {
  const { context, program } = run;
  program.ended = context.clock.now().toString();
  program.exitCode = exitCode;
  dropVolatile(run);
}

function dropVolatile(run: DiskshadowRun): void {
  const { context, session } = run;
  if (session.context === "persistent" || session.set === undefined) return;
  const own = (context.host.shadowCopies ?? []).filter(({ set }) => set === session.set);
  dropShadowCopies(run, own);
}
