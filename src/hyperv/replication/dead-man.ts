import { InterruptedError, StillpointError } from "../../base/index.ts";
import { HostCommandError, type HostCommandResult } from "../../places/index.ts";
import type { HostAccess } from "../capture/host-access.ts";
import { deadManTask } from "./dead-man-task.ts";
import type { Suspension } from "./suspension-custody.ts";

/**
 * After this the host resumes replication by itself. A backup that takes longer is not harmed: what is read is held by a
 * checkpoint or a shadow copy, and only the machine's next backup may find it busy.
 */
const FIRES_AFTER = { hours: 4 };
const CALL_LIMIT_MS = 2 * 60_000;
const PROGRAM = "schtasks.exe";
const UTF16_MARK = "\uFEFF";

/** Makes the task on the host. Gives the sentence that says why there is none. */
export async function armDeadMan(access: HostAccess, suspension: Suspension): Promise<string | undefined> {
  const { task, machine } = suspension;
  if (access.commands === undefined) return "no program can be run on this host";
  return await unlessRefused(async () => {
    const text = `${UTF16_MARK}${deadManTask(machine, access.clock.now().add(FIRES_AFTER))}`;
    {
      await using store = await access.files.create(task.file);
      await store.write(Buffer.from(text, "utf16le"), 0);
      await store.flush();
    }
    const made = await schtasks(access, ["/create", "/tn", task.name, "/xml", task.file, "/f"]);
    await access.files.remove(task.file);
    return made.exitCode === 0 ? undefined : lastLine(made);
  });
}

/** Removes task and file, whether they are there or not. Gives the sentence that says what stays. */
export async function disarmDeadMan(
  access: HostAccess,
  { task, mayBeArmed }: Pick<Suspension, "task" | "mayBeArmed">,
): Promise<string | undefined> {
  if (access.commands === undefined) {
    return mayBeArmed ? "no program can be run on this host now" : undefined;
  }
  return await unlessRefused(async () => {
    await access.files.remove(task.file);
    const asked = await unlessMissing(schtasks(access, ["/query", "/tn", task.name]));
    if (asked?.exitCode !== 0) return undefined; // there is none: it has run its time, or was never made
    const deleted = await schtasks(access, ["/delete", "/tn", task.name, "/f"]);
    return deleted.exitCode === 0 ? undefined : lastLine(deleted);
  });
}

async function schtasks(access: HostAccess, args: readonly string[]): Promise<HostCommandResult> {
  const { commands } = access;
  if (commands === undefined) throw new TypeError("Whoever has no programs has no task either");
  return await commands.run(PROGRAM, { arguments: args, timeoutMs: CALL_LIMIT_MS });
}

/** A host without the program has no task either. */
async function unlessMissing(calling: Promise<HostCommandResult>): Promise<HostCommandResult | undefined> {
  try {
    return await calling;
  } catch (error) {
    if (error instanceof HostCommandError && error.reason === "missing") return undefined;
    throw error;
  }
}

async function unlessRefused(work: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StillpointError) || error instanceof InterruptedError) throw error;
    return error.message;
  }
}

function lastLine({ exitCode, output, errorOutput }: HostCommandResult): string {
  const said = (errorOutput.trim() || output.trim()).split("\n").at(-1)?.trim() ?? "";
  return `${PROGRAM} ended with exit code ${exitCode}${said === "" ? "" : `: ${said}`}`;
}
