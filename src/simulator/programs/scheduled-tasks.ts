import { HostFileError } from "../../places/index.ts";
import type { ActContext } from "../acts/act-context.ts";
import { changeReplication } from "../acts/change-replication.ts";
import type { ScheduledTaskEntry } from "../state/scheduled-task.ts";

const LONGEST_FILE_BYTES = 64 * 1024;
const SUSPENDED = "suspended";
const REPLICATING = 3;
const RESUMES = /ReplicationState -eq 7\) \{ \[void\]\$machine\.RequestReplicationStateChange\(3/;

/** What a call of schtasks.exe ends with. */
export interface SchedulerAnswer {
  readonly exitCode: number;
  readonly output: string;
  readonly errorOutput: string;
}

const DONE: SchedulerAnswer = { exitCode: 0, output: "SUCCESS\r\n", errorOutput: "" };

/** schtasks.exe with /create /xml, /query and /delete of one task by its name; other calls are refused as wrong. */
export async function runSchtasks(context: ActContext, given: readonly string[]): Promise<SchedulerAnswer> {
  const name = valueOf(given, "/tn");
  if (name === undefined) return refused("Invalid syntax.");
  const tasks = context.host.scheduledTasks ?? [];
  const others = tasks.filter((task) => task.name.toLowerCase() !== name.toLowerCase());
  if (has(given, "/create")) {
    const task = await taskIn(context, name, valueOf(given, "/xml"));
    if (task === undefined) return refused("The task XML is malformed or not there.");
    context.host.scheduledTasks = [...others, task];
    return DONE;
  }
  if (others.length === tasks.length) return refused("The system cannot find the file specified.");
  if (has(given, "/delete")) {
    if (others.length === 0) delete context.host.scheduledTasks;
    else context.host.scheduledTasks = others;
    return DONE;
  }
  return has(given, "/query") ? DONE : refused("Invalid syntax.");
}

/**
 * Lets one task do what it is for when its moment has come, and says whether there was one. The only script that is
 * understood resumes the replication of a machine that is suspended.
 */
export function fireDueTask({ host, clock }: Pick<ActContext, "host" | "clock">): boolean {
  const isDue = ({ start, ran }: ScheduledTaskEntry): boolean =>
    ran !== true && Temporal.Instant.compare(Temporal.Instant.from(start), clock.now()) <= 0;
  const task = (host.scheduledTasks ?? []).find(isDue);
  if (task === undefined) return false;
  task.ran = true;
  const id = /Name='([0-9A-F-]{36})'/i.exec(task.script)?.[1];
  const machine = host.machines.find((one) => one.id === id?.toUpperCase());
  if (machine?.replication.state === SUSPENDED && RESUMES.test(task.script))
    changeReplication(machine, REPLICATING);
  return true;
}

/** UTF-16 with a mark, as schtasks wants it of a file that says so. */
async function taskIn(
  context: ActContext,
  name: string,
  path: string | undefined,
): Promise<ScheduledTaskEntry | undefined> {
  if (path === undefined) return undefined;
  try {
    await using file = await context.drives.openToRead(path);
    const bytes = Buffer.alloc(Math.min(file.sizeBytes, LONGEST_FILE_BYTES));
    await file.read(bytes, 0);
    const text = bytes.toString("utf16le");
    const start = /<StartBoundary>([^<]+)<\/StartBoundary>/.exec(text)?.[1];
    const encoded = /-EncodedCommand ([A-Za-z0-9+/=]+)</.exec(text)?.[1];
    if (!text.startsWith("\uFEFF<?xml") || start === undefined || encoded === undefined) return undefined;
    return { name, start, script: Buffer.from(encoded, "base64").toString("utf16le") };
  } catch (error) {
    if (error instanceof HostFileError) return undefined;
    throw error;
  }
}

function has(given: readonly string[], name: string): boolean {
  return given.some((argument) => argument.toLowerCase() === name);
}

function valueOf(given: readonly string[], name: string): string | undefined {
  const at = given.findIndex((argument) => argument.toLowerCase() === name);
  return at < 0 ? undefined : given[at + 1];
}

function refused(sentence: string): SchedulerAnswer {
  return { exitCode: 1, output: "", errorOutput: `ERROR: ${sentence}\r\n` };
}
