import { type Guid, hexFromBytes, parseGuid } from "../../base/index.ts";
import type { HostAccess } from "../capture/host-access.ts";
import { textIn } from "../capture/journal-facts.ts";
import type { CustodyEntry } from "../custody.ts";

/** The kind of journal entries about replication that must go on. */
export const SUSPENDED_REPLICATION = "suspended-replication";

/** The scheduled task on the host that resumes replication when nobody else does, and the file it is made from. */
export interface DeadManTask {
  readonly name: string;
  readonly file: string;
}

export interface Suspension {
  readonly entry: string;
  readonly machine: Guid;
  readonly machineName: string;
  readonly run: string;
  /** The side of the replication that it is on; a machine and its replica have the same id. */
  readonly role: string;
  readonly task: DeadManTask;
  /** The task may be there: who recorded it could run programs on the host. */
  readonly mayBeArmed: boolean;
  /** The host was, or was about to be, asked; before that, who suspends it is somebody else. */
  readonly asked: boolean;
}

/** Writes down that replication is about to be suspended; durable when it resolves. */
export async function recordSuspension(
  access: HostAccess,
  about: Pick<Suspension, "machine" | "machineName" | "run" | "role">,
): Promise<Suspension> {
  const { machine, ...facts } = about;
  const task = newTask(access, about.run);
  const mayBeArmed = access.commands !== undefined;
  const entry = await access.journal.record({
    host: access.hostKey,
    machine,
    kind: SUSPENDED_REPLICATION,
    facts: {
      ...facts,
      task: task.name,
      file: task.file,
      mayBeArmed,
      recorded: access.clock.now().toString(),
    },
  });
  return { entry, ...about, task, mayBeArmed, asked: false };
}

/** The next call asks the host. */
export async function amendAsked(access: HostAccess, suspension: Suspension): Promise<Suspension> {
  await access.journal.amend(suspension.entry, { asked: true });
  return { ...suspension, asked: true };
}

/** Reads an entry that another process wrote; undefined when it is of another kind. */
export function readSuspension(entry: CustodyEntry): Suspension | undefined {
  const machine = parseGuid(entry.machine);
  const { facts } = entry;
  const [name, file] = [textIn(facts["task"]), textIn(facts["file"])];
  if (entry.kind !== SUSPENDED_REPLICATION || machine === undefined) return undefined;
  if (name === undefined || file === undefined) return undefined;
  return {
    entry: entry.id,
    machine,
    machineName: textIn(facts["machineName"]) ?? machine,
    run: textIn(facts["run"]) ?? "",
    role: textIn(facts["role"]) ?? "",
    task: { name, file },
    mayBeArmed: facts["mayBeArmed"] === true,
    asked: facts["asked"] === true,
  };
}

/** Names that no other run uses. */
function newTask(access: HostAccess, run: string): DeadManTask {
  const name = `Stillpoint-${run.replaceAll(/[^\w-]/g, "_")}-${hexFromBytes(access.entropy.bytes(4))}`;
  return { name, file: `${access.host.windowsFolder}\\Temp\\${name}.xml` };
}
