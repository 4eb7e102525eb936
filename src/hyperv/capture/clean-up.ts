import { type Guid, StillpointError } from "../../base/index.ts";
import { checkpointName, isOurs, memoryCheckpointName } from "../checkpoint-name.ts";
import type { CustodyEntry } from "../custody.ts";
import { readMachines } from "../inventory/read-host.ts";
import type { CleanUpReport, WaitOptions } from "../machine-host.ts";
import { resumeReplication } from "../replication/resume-replication.ts";
import { readSuspension, type Suspension } from "../replication/suspension-custody.ts";
import { arrivedEntries } from "./arrived-entries.ts";
import { BACKUP_SERVICE, readServiceEntry, type ServiceEntry, switchServiceOn } from "./backup-service.ts";
import { CHECKPOINT_TYPE, putTypeBack, readTypeEntry, type TypeEntry } from "./checkpoint-type.ts";
import { cleanEntry } from "./clean-entry.ts";
import type { HostAccess } from "./host-access.ts";
import { textIn } from "./journal-facts.ts";
import type { PutBack } from "./put-back.ts";
import { MEMORY_CHECKPOINT, readCustody } from "./recovery-custody.ts";
import { type GuestEntry, keepRunning, readGuestEntry } from "./running-guest.ts";
import { cleanShadowEntry } from "./shadow-copy/clean-shadow-entry.ts";
import { readShadowCustody } from "./shadow-copy/shadow-custody.ts";

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
  const abandoned = await access.journal.abandoned(access.hostKey);
  const arrived = await arrivedEntries(access, options);
  for (const entry of inOrder([...abandoned, ...arrived])) {
    const run = readCustody(entry)?.run;
    if (run !== undefined) known.add(checkpointName(run)).add(memoryCheckpointName(run));
    try {
      const report = await cleanAny(access, entry, options);
      removed.push(...report.removed);
      leftBehind.push(...report.leftBehind);
    } catch (error) {
      // one machine that cannot be asked about must not keep the others from being cleaned
      if (!(error instanceof StillpointError) || error.code === "interrupted") throw error;
      leftBehind.push(`machine "${nameOf(entry)}": ${error.message}`);
    }
  }
  leftBehind.push(...(await forgotten(access, { ...options, known })));
  return { removed, leftBehind };
}

/** By the kind of the entry; one of a kind that this version does not know stays as it is. */
async function cleanAny(
  access: HostAccess,
  entry: CustodyEntry,
  options: WaitOptions,
): Promise<CleanUpReport> {
  const checkpoint = readCustody(entry);
  if (checkpoint !== undefined) return await cleanEntry(access, checkpoint, options);
  const shadow = readShadowCustody(entry);
  if (shadow !== undefined) return await cleanShadowEntry(access, shadow, options);
  const suspension = readSuspension(entry);
  if (suspension !== undefined) return await cleanSuspension(access, suspension);
  const type = readTypeEntry(entry);
  if (type !== undefined) return await cleanType(access, type);
  const service = readServiceEntry(entry);
  if (service !== undefined) return await cleanService(access, service);
  const guest = readGuestEntry(entry);
  return guest === undefined ? { removed: [], leftBehind: [] } : await cleanGuest(access, guest);
}

/** What lies above a checkpoint with memory goes before it; settings come last, when nothing is made any more. */
function inOrder(entries: readonly CustodyEntry[]): readonly CustodyEntry[] {
  const rank = ({ kind }: CustodyEntry): number => LATER.indexOf(kind);
  return [...entries].sort((a, b) => rank(a) - rank(b));
}

const LATER: readonly string[] = [MEMORY_CHECKPOINT, CHECKPOINT_TYPE, BACKUP_SERVICE];

/** A checkpoint type that a killed run changed. */
async function cleanType(access: HostAccess, type: TypeEntry): Promise<CleanUpReport> {
  const name = `machine "${type.machineName}"`;
  return reportOf(name, await putTypeBack(access, type), "the checkpoint type that a backup had changed");
}

/** Replication that a killed run suspended. */
async function cleanSuspension(access: HostAccess, suspension: Suspension): Promise<CleanUpReport> {
  const name = `machine "${suspension.machineName}"`;
  const { resumed, leftBehind } = await resumeReplication(access, suspension);
  return {
    removed: resumed ? [`${name}: the suspension of its replication of run ${suspension.run}`] : [],
    leftBehind: leftBehind.map((sentence) => `${name}: ${sentence}`),
  };
}

/** A guest's backup service that a killed run had switched off. */
async function cleanService(access: HostAccess, service: ServiceEntry): Promise<CleanUpReport> {
  const name = `machine "${service.machineName}"`;
  const outcome = await switchServiceOn(access, service);
  return reportOf(name, outcome, "the backup service of its guest, switched off, is on again");
}

/** What a run had recorded and not done yet is worth no word. */
function reportOf(name: string, outcome: PutBack, done: string): CleanUpReport {
  if (outcome.kind === "told") return { removed: [], leftBehind: [`${name}: ${outcome.sentence}`] };
  return { removed: outcome.kind === "back" ? [`${name}: ${done}`] : [], leftBehind: [] };
}

/** A guest that a killed run's shadow copy may have left standing. */
async function cleanGuest(access: HostAccess, guest: GuestEntry): Promise<CleanUpReport> {
  const name = `machine "${guest.machineName}"`;
  const outcome = await keepRunning(access, guest);
  if (outcome.kind !== "runs") return { removed: [], leftBehind: [`${name}: ${outcome.sentence}`] };
  const { resumedFrom } = outcome;
  const removed =
    resumedFrom === undefined
      ? []
      : [`${name}: the state "${resumedFrom}" in which a shadow copy had left it`];
  return { removed, leftBehind: [] };
}

function nameOf(entry: CustodyEntry): string {
  return textIn(entry.facts["machineName"]) ?? entry.machine;
}

async function forgotten(
  access: HostAccess,
  options: WaitOptions & { readonly held: ReadonlySet<Guid>; readonly known: ReadonlySet<string> },
): Promise<readonly string[]> {
  const now = access.clock.now().epochMilliseconds;
  const machines = await readMachines(access.session, options);
  return machines.flatMap((machine) =>
    [...machine.recoveryCheckpoints, ...machine.checkpoints]
      .filter(({ id, name }) => isOurs(name) && !options.known.has(name) && !options.held.has(id))
      .filter(({ created }) => created !== null && now - created.epochMilliseconds > FORGOTTEN_MS)
      .map(
        ({ name }) =>
          `machine "${machine.name}": the checkpoint "${name}" stands for more than a day, and this installation's journal does not know it`,
      ),
  );
}
