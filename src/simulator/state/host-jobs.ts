import { type Clock, type Entropy, newGuid } from "../../base/index.ts";
import type { HostJobEntry, HostState, MachineEntry } from "./schema.ts";

/** Msvm_ConcreteJob.JobType: hyperv-facts 1.7. */
export const JobType = Object.freeze({ merge: 50, create: 70, apply: 71, remove: 72 });

/** Short, so that demonstrations and tests with a real clock do not wait; a host says `jobMilliseconds` for more. */
export const DEFAULT_JOB_MILLISECONDS = 20;
/** Msvm_ConcreteJob.TimeBeforeRemoval, five minutes: hyperv-facts 1.7. */
export const DEFAULT_REMOVAL_MILLISECONDS = 300_000;

export interface NewJob {
  readonly type: number;
  readonly machine: MachineEntry;
  readonly work: HostJobEntry["work"];
}

/** Enters a job that begins now; its work is done when somebody looks after its time has passed. */
export function startHostJob(
  host: HostState,
  job: NewJob,
  tools: { readonly clock: Clock; readonly entropy: Entropy },
): HostJobEntry {
  const entry: HostJobEntry = {
    id: newGuid(tools.entropy).toUpperCase(),
    type: job.type,
    machine: job.machine.id,
    started: tools.clock.now().toString(),
    milliseconds: host.jobMilliseconds ?? DEFAULT_JOB_MILLISECONDS,
    state: "running",
    work: job.work,
  };
  host.hostJobs = [...(host.hostJobs ?? []), entry];
  return entry;
}

export function isDue(job: HostJobEntry, now: Temporal.Instant): boolean {
  return job.state === "running" && job.neverEnds !== true && elapsedMs(job.started, now) >= job.milliseconds;
}

/** Percent; 100 only at the end. */
export function progressOf(job: HostJobEntry, now: Temporal.Instant): number {
  if (job.state === "completed") return 100;
  if (job.milliseconds === 0) return 0;
  return Math.min(99, Math.max(0, Math.floor((100 * elapsedMs(job.started, now)) / job.milliseconds)));
}

/** Drops the objects of jobs that ended long ago; their effects stay. */
export function forgetOldJobs(host: HostState, now: Temporal.Instant): void {
  if (host.hostJobs === undefined) return;
  const keptMs = host.jobRemovalMilliseconds ?? DEFAULT_REMOVAL_MILLISECONDS;
  const kept = host.hostJobs.filter(
    (job) => job.ended === undefined || (job.vanishes !== true && elapsedMs(job.ended, now) < keptMs),
  );
  if (kept.length !== host.hostJobs.length) host.hostJobs = kept;
}

function elapsedMs(since: string, now: Temporal.Instant): number {
  return now.epochMilliseconds - Temporal.Instant.from(since).epochMilliseconds;
}
