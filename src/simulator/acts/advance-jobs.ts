import type { Clock } from "../../base/index.ts";
import { forgetOldJobs, isDue, JobType } from "../state/host-jobs.ts";
import type { HostJobEntry, HostState } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { performJob } from "./perform-job.ts";

/**
 * Does the work of one job whose time has passed, and says whether there was one. Whoever looks at the host calls it
 * first, again and again, so that a job goes on although nobody waits for it; each job's end is on disk before the next.
 */
export async function performNextDue(context: ActContext, tried: Set<string>): Promise<boolean> {
  const { host, clock } = context;
  const now = clock.now();
  const due = (host.hostJobs ?? []).find((job) => !tried.has(job.id) && isDue(job, now));
  if (due === undefined) {
    forgetOldJobs(host, now);
    return false;
  }
  tried.add(due.id);
  const made = due.type === JobType.create ? standingAt(endOf(due, now), clock) : clock;
  await performJob({ ...context, clock: made }, due);
  return true;
}

/** A checkpoint was made when its job's time had passed, however much later somebody looks. */
function endOf(job: HostJobEntry, now: Temporal.Instant): Temporal.Instant {
  const end = Temporal.Instant.from(job.started).add({ milliseconds: job.milliseconds });
  return Temporal.Instant.compare(end, now) < 0 ? end : now;
}

function standingAt(moment: Temporal.Instant, clock: Clock): Clock {
  return {
    now: () => moment,
    monotonicMs: () => clock.monotonicMs(),
    sleep: async (milliseconds, options) => {
      await clock.sleep(milliseconds, options);
    },
  };
}

/** Lets the jobs that go on (of one machine, or of all) be due at once; those that never end stay. */
export function hurryJobs(host: HostState, machine?: string): boolean {
  const going = (host.hostJobs ?? []).filter(
    (job) =>
      job.state === "running" && job.neverEnds !== true && (machine === undefined || job.machine === machine),
  );
  const early = going.filter((job) => job.milliseconds > 0);
  for (const job of early) job.milliseconds = 0;
  return early.length > 0;
}
