import { type Guid, StillpointError } from "../../base/index.ts";
import { checkpointName, isOurs } from "../checkpoint-name.ts";
import { readMachines } from "../inventory/read-host.ts";
import type { CleanUpReport, WaitOptions } from "../machine-host.ts";
import { cleanEntry } from "./clean-entry.ts";
import type { HostAccess } from "./host-access.ts";
import { readCustody } from "./recovery-custody.ts";

/** A checkpoint of ours that no entry speaks of may belong to a run of another installation; after this it is told. */
const FORGOTTEN_MS = 24 * 3_600_000;

/**
 * Removes what the journal's abandoned entries speak of. Checkpoints with our name that no entry speaks of are only told:
 * another installation of Stillpoint, with a journal of its own, may be using them.
 */
export async function cleanUpHost(
  access: HostAccess,
  options: WaitOptions & { readonly held: ReadonlySet<Guid> },
): Promise<CleanUpReport> {
  const removed: string[] = [];
  const leftBehind: string[] = [];
  const known = new Set<string>();
  for (const entry of await access.journal.abandoned(access.hostKey)) {
    const custody = readCustody(entry);
    if (custody === undefined) continue;
    known.add(checkpointName(custody.run));
    try {
      const report = await cleanEntry(access, custody, options);
      removed.push(...report.removed);
      leftBehind.push(...report.leftBehind);
    } catch (error) {
      // one machine that cannot be asked about must not keep the others from being cleaned
      if (!(error instanceof StillpointError) || error.code === "interrupted") throw error;
      leftBehind.push(`machine "${custody.machineName}": ${error.message}`);
    }
  }
  leftBehind.push(...(await forgotten(access, { ...options, known })));
  return { removed, leftBehind };
}

async function forgotten(
  access: HostAccess,
  options: WaitOptions & { readonly held: ReadonlySet<Guid>; readonly known: ReadonlySet<string> },
): Promise<readonly string[]> {
  const now = access.clock.now().epochMilliseconds;
  const machines = await readMachines(access.session, options);
  return machines.flatMap((machine) =>
    machine.recoveryCheckpoints
      .filter(({ id, name }) => isOurs(name) && !options.known.has(name) && !options.held.has(id))
      .filter(({ created }) => created !== null && now - created.epochMilliseconds > FORGOTTEN_MS)
      .map(
        ({ name }) =>
          `machine "${machine.name}": the backup checkpoint "${name}" stands for more than a day, and this installation's journal does not know it`,
      ),
  );
}
