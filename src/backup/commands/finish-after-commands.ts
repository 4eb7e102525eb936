import type { Clock, EventSink } from "../../base/index.ts";
import type { CleanUpReport, CustodyJournal, MachineHost } from "../../hyperv/index.ts";
import { type AfterCustody, commandsKey, readAfterCustody } from "./after-custody.ts";
import { commandEnvironment } from "./command-environment.ts";
import type { CommandsHere } from "./item-commands.ts";
import { mayPass, runCommand } from "./run-command.ts";

export interface FinishOptions {
  readonly host: MachineHost;
  readonly journal: CustodyJournal;
  readonly here: CommandsHere;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Where its output is told. */
  readonly step: string;
}

/**
 * Runs the after commands of dead runs. A command that was begun runs again: nobody knows whether it came to its end, and
 * one that is repeated does less harm than one that is missing. Its STILLPOINT_ATTEMPT is then above 1.
 */
export async function finishAfterCommands(options: FinishOptions): Promise<CleanUpReport> {
  const { journal, host } = options;
  const removed: string[] = [];
  const leftBehind: string[] = [];
  for (const entry of await journal.abandoned(commandsKey(host))) {
    const custody = readAfterCustody(entry);
    if (custody === undefined) continue;
    const what = `machine "${custody.machine.name}": the after command of run ${custody.run}`;
    const failure = await finish(custody, options);
    if (failure === undefined) removed.push(`${what}, which had not run to its end, has run`);
    else leftBehind.push(`${what} failed: ${failure}`);
  }
  return { removed, leftBehind };
}

/** What cannot be run now is tried at so many starts; a command that ran and failed is not tried again. */
const MOST_ATTEMPTS = 4;

/** The sentence that says why it failed. */
async function finish(custody: AfterCustody, options: FinishOptions): Promise<string | undefined> {
  const { host, journal, here, clock, events, step } = options;
  const { machine, run, command, timeoutMs, entry } = custody;
  if (command.on === "host" && host.commands === undefined) return "no program can be run on this host";
  const attempt = custody.begun + 1;
  await journal.amend(entry, { begun: attempt });
  const about = { stage: "after", run, host: host.facts.name, machine, outcome: "died", attempt } as const;
  const end = await runCommand({
    stage: "after",
    command,
    timeoutMs,
    clock,
    events,
    step,
    places: { here, host: host.commands },
    environment: commandEnvironment(about),
  });
  const sentence = end.failure?.sentence;
  if (!mayPass(end)) {
    await journal.strike(entry);
    return sentence;
  }
  if (attempt < MOST_ATTEMPTS) return `${sentence}; it is tried again at the next start`;
  await journal.strike(entry);
  return `${sentence}; after ${attempt} attempts it is not tried again`;
}
