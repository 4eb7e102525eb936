import type { Guid } from "../../base/index.ts";
import { CimFault, type CimReference, optionalNumberOf } from "../../cim/index.ts";
import { checkpointName, isOurs, memoryCheckpointName } from "../checkpoint-name.ts";
import {
  CLASS,
  FINAL_JOB_STATES,
  JOB_TYPE_CREATE_CHECKPOINT,
  VIRTUALIZATION_V2,
  WBEM,
  WBEM_QUERY_REFUSALS,
} from "../cim-names.ts";
import type { CheckpointInventory, MachineTree } from "../inventory/machine-inventory.ts";
import type { CleanUpReport, WaitOptions } from "../machine-host.ts";
import { otherNodeOf } from "./cluster-owners.ts";
import { type HostAccess, readMachineTree } from "./host-access.ts";
import { followHostJob } from "./host-job.ts";
import { madeWithinMinutes } from "./made-within-minutes.ts";
import { affectedCheckpoint } from "./make-checkpoint.ts";
import { pauses } from "./pauses.ts";
import { checkpointsOfKind, kindWords, type RecoveryCustody } from "./recovery-custody.ts";
import { releaseCheckpoint } from "./release-checkpoint.ts";

/** How long a checkpoint that may be in the making is waited for. */
const MAKING_LIMIT_MS = 45 * 60_000;

/**
 * Finds what an entry speaks of, removes it, and strikes the entry.
 *
 * The entry may have been written before the checkpoint's id was known. Then the checkpoint is ours when, in this order:
 * the recorded host job says so; it has the name of the entry's run; or it is the only backup checkpoint of the machine
 * that did not stand at the record, has no name of another run, and was made within minutes of the record; the same for
 * checkpoints with memory, among those of users. Two that fit
 * are told, and left alone: somebody else's checkpoint is never removed.
 */
export async function cleanEntry(
  access: HostAccess,
  custody: RecoveryCustody,
  options: WaitOptions = {},
): Promise<CleanUpReport> {
  const name = `machine "${custody.machineName}"`;
  const found = await checkpointOf(access, custody, options);
  if (found.kind === "unclear") return { removed: [], leftBehind: [`${name}: ${found.sentence}`] };
  if (found.kind === "none") {
    await access.journal.strike(custody.entry);
    return { removed: [], leftBehind: found.others.map((sentence) => `${name}: ${sentence}`) };
  }
  const { checkpoint } = found;
  const above = custody.forMemory === true ? await backupCheckpointOf(access, custody, options) : undefined;
  if (above !== undefined) {
    const sentence = `its memory checkpoint ${checkpoint} stays until the backup checkpoint "${above.name}" above it is gone`;
    return { removed: [], leftBehind: [`${name}: ${sentence}`] };
  }
  if (custody.checkpoint === undefined) await access.journal.amend(custody.entry, { checkpoint });
  const released = await releaseCheckpoint(access, { ...custody, checkpoint }, options);
  const told = released.warnings.map(({ message }) => message);
  if (released.leftBehind.length > 0 || told.length > 0) {
    return { removed: [], leftBehind: [...released.leftBehind, ...told] };
  }
  return {
    removed: [`${name}: its ${kindWords(custody)} ${checkpoint} of run ${custody.run}`],
    leftBehind: [],
  };
}

/** Disks are merged from the top: what lies above goes first. */
async function backupCheckpointOf(
  access: HostAccess,
  custody: RecoveryCustody,
  options: WaitOptions,
): Promise<CheckpointInventory | undefined> {
  const machine = await readMachineTree(access, custody.machine, options);
  return machine?.recoveryCheckpoints[0];
}

type Found =
  | { readonly kind: "found"; readonly checkpoint: Guid }
  /** None of ours; `others` tells of those that were left alone. */
  | { readonly kind: "none"; readonly others: readonly string[] }
  | { readonly kind: "unclear"; readonly sentence: string };

async function checkpointOf(
  access: HostAccess,
  custody: RecoveryCustody,
  options: WaitOptions,
): Promise<Found> {
  if (custody.checkpoint !== undefined) return { kind: "found", checkpoint: custody.checkpoint };
  const ofJob = await askJob(access, custody, options);
  if (ofJob !== undefined) return ofJob;
  await untilNothingIsMade(access, custody, options);
  const machine = await readMachineTree(access, custody.machine, options);
  return machine === undefined ? await goneWith(access, custody) : attribute(machine, custody);
}

/** The checkpoint was not named yet, and its machine is not here: on another node of the cluster the journal keeps it. */
async function goneWith(access: HostAccess, custody: RecoveryCustody): Promise<Found> {
  const what = `a ${kindWords(custody)} of run ${custody.run}`;
  const place = await otherNodeOf(access, custody.machine);
  if (place !== undefined) {
    const sentence = `it is on node "${place.node}" of the cluster now, and may have ${what}`;
    return { kind: "unclear", sentence };
  }
  return {
    kind: "none",
    others: [`it is not on this host any more; if it was moved, it may have ${what}`],
  };
}

/** The surest witness, as long as its object lives; undefined when it is not known any more. */
async function askJob(
  access: HostAccess,
  custody: RecoveryCustody,
  options: WaitOptions,
): Promise<Found | undefined> {
  if (custody.job === undefined || custody.job === "") return undefined;
  const job: CimReference = {
    kind: "reference",
    namespace: VIRTUALIZATION_V2,
    className: CLASS.hostJob,
    keys: { InstanceID: custody.job },
  };
  const outcome = await followHostJob(access, job, { ...options, limitMs: MAKING_LIMIT_MS });
  if (outcome.kind === "failed") return { kind: "none", others: [] };
  const checkpoint = outcome.kind === "done" ? affectedCheckpoint(outcome.affected) : undefined;
  return checkpoint === undefined ? undefined : { kind: "found", checkpoint };
}

/** Between the call and the record of its job nothing is known of the job: wait for every one that makes a checkpoint. */
async function untilNothingIsMade(
  access: HostAccess,
  custody: RecoveryCustody,
  options: WaitOptions,
): Promise<void> {
  const deadline = access.clock.monotonicMs() + MAKING_LIMIT_MS;
  for (const pause of pauses()) {
    const isMaking = await isMakingCheckpoints(access, options);
    const machine = await readMachineTree(access, custody.machine, options);
    if (!isMaking && machine?.activity !== "checkpointing") return;
    if (access.clock.monotonicMs() >= deadline) return;
    await access.clock.sleep(pause, options);
  }
}

/**
 * A host may list no jobs, or refuse to (docs/unconfirmed.md, job-enum): then the machine's own state must do. A failure that
 * can pass is no such answer: who did not see the jobs must not say that nothing is made.
 */
async function isMakingCheckpoints(access: HostAccess, options: WaitOptions): Promise<boolean> {
  try {
    const jobs = await Array.fromAsync(
      access.session.query(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.hostJob}`, options),
    );
    return jobs.some((job) => {
      const type = optionalNumberOf(job, "JobType") ?? JOB_TYPE_CREATE_CHECKPOINT;
      const state = optionalNumberOf(job, "JobState");
      return type === JOB_TYPE_CREATE_CHECKPOINT && state !== undefined && !FINAL_JOB_STATES.has(state);
    });
  } catch (error) {
    if (error instanceof CimFault && listsNoJobs(error.parts.code)) return false;
    throw error;
  }
}

function listsNoJobs(code: number): boolean {
  return WBEM_QUERY_REFUSALS.has(code) || code === WBEM.invalidClass || code === WBEM.accessDenied;
}

function attribute(machine: MachineTree, custody: RecoveryCustody): Found {
  const news = checkpointsOfKind(machine, custody).filter(({ id }) => !custody.before.includes(id));
  const ourName = (custody.forMemory === true ? memoryCheckpointName : checkpointName)(custody.run);
  const named = news.filter(({ name }) => custody.run !== "" && name === ourName);
  const timely = news.filter((checkpoint) => !isOurs(checkpoint.name) && isTimely(checkpoint, custody));
  const candidates = named.length > 0 ? named : timely;
  const [only] = candidates;
  // users make checkpoints all the time, and nobody wants to hear of them
  const others = custody.forMemory === true ? [] : news.map(otherSentence);
  if (only === undefined) return { kind: "none", others };
  if (candidates.length === 1) return { kind: "found", checkpoint: only.id };
  const ids = candidates.map(({ id }) => id).join(", ");
  return {
    kind: "unclear",
    sentence: `one of its ${kindWords(custody)}s ${ids} may be of run ${custody.run}; which one cannot be told, so both stay`,
  };
}

/** Told once, because a clock that is far off would make one of ours look like this. */
function otherSentence(checkpoint: CheckpointInventory): string {
  return `its backup checkpoint "${checkpoint.name}" (${checkpoint.id}) is taken for somebody else's and stays`;
}

function isTimely(checkpoint: CheckpointInventory, custody: RecoveryCustody): boolean {
  if (custody.forMemory === true && !checkpoint.memory) return false;
  return madeWithinMinutes(checkpoint.created, custody.recorded);
}
