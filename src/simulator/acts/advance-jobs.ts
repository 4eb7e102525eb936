import type { Clock } from "../../base/index.ts";
import { forgetOldJobs, isDue, JobType } from "../state/host-jobs.ts";
import type { HostJobEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { performJob } from "./perform-job.ts";

/**
 * Brings the host's jobs up to the present: those whose time has passed do their work, one after another. Whoever looks
 * at the host calls it first, so that a job goes on although nobody waits for it.
 */
export async function advanceJobs(context: ActContext): Promise<void> {
  const { host, clock } = context;
  const tried = new Set<string>();
  for (;;) {
    const due = (host.hostJobs ?? []).find((job) => !tried.has(job.id) && isDue(job, clock.now()));
    if (due === undefined) break;
    tried.add(due.id);
    const made = due.type === JobType.create ? standingAt(endOf(due, clock.now()), clock) : clock;
    await performJob({ ...context, clock: made }, due);
  }
  forgetOldJobs(host, clock.now());
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

/** Does everything that is going on, however long it would take; a merge that waits for a file stays. */
export async function finishJobs(context: ActContext): Promise<void> {
  for (const job of context.host.hostJobs ?? []) if (job.state === "running") job.milliseconds = 0;
  await advanceJobs(context);
  const more = (context.host.hostJobs ?? []).some(
    (job) => job.state === "running" && job.milliseconds > 0 && job.neverEnds !== true,
  );
  if (more) await finishJobs(context);
}
