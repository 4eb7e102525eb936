import { StillpointError } from "../../../base/index.ts";
import { HostCommandError, type HostCommandResult } from "../../../places/index.ts";
import { CaptureMethodNotAvailableError, type MachineErrorFacts } from "../../errors.ts";
import type { HostAccess } from "../host-access.ts";

/** What a run keeps on the host while it works with shadow copies; all three are in the journal before they are made. */
export interface ShadowPaths {
  readonly script: string;
  /** diskshadow's own record of what it made: the witness when nobody is left who heard it. */
  readonly log: string;
  readonly metadata: string;
}

const PROGRAM = "diskshadow.exe";

/**
 * Runs a script and removes it. The exit code is part of the answer. Nothing interrupts it but its time: a requester that
 * is killed in the middle leaves VSS in progress, and the next one fails for it.
 * @throws {HostCommandError}, {HostFileError}
 */
export async function runDiskshadow(
  access: HostAccess,
  paths: ShadowPaths,
  work: { readonly script: string; readonly timeoutMs: number; readonly withLog?: true | undefined },
): Promise<HostCommandResult> {
  const { commands, files } = access;
  if (commands === undefined) {
    throw new HostCommandError(`Cannot run "${PROGRAM}": no program can be run on this host`, {
      program: PROGRAM,
      reason: "missing",
    });
  }
  await files.remove(paths.script); // one that a killed run left
  {
    await using store = await files.create(paths.script);
    await store.write(new TextEncoder().encode(work.script), 0);
    await store.flush();
  }
  try {
    const log = work.withLog === true ? ["/l", paths.log] : [];
    return await commands.run(PROGRAM, {
      arguments: ["/s", paths.script, ...log],
      timeoutMs: work.timeoutMs,
    });
  } finally {
    await removeScript(access, paths);
  }
}

/** What the program said must not get lost for a file: letting go removes the script again, and tells what stays. */
async function removeScript(access: HostAccess, paths: ShadowPaths): Promise<void> {
  try {
    await access.files.remove(paths.script);
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
  }
}

/** A host without the program has no shadow copies, whatever else it has. */
export function unlessNoProgram(error: unknown, facts: MachineErrorFacts): unknown {
  if (!(error instanceof HostCommandError) || error.reason !== "missing") return error;
  return new CaptureMethodNotAvailableError(
    `Cannot back up "${facts.machine.name}": it needs a shadow copy, and this host has no diskshadow`,
    { ...facts, cause: error },
  );
}
