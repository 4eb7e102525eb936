import { JobType, progressOf } from "../state/host-jobs.ts";
import { Release } from "../state/host-version.ts";
import type { HostJobEntry } from "../state/schema.ts";
import { type CimClass, type HostView, moment, type Properties } from "./host-view.ts";

/** JobState: hyperv-facts 1.7. */
const STATES: Readonly<Record<HostJobEntry["state"], number>> = {
  running: 4,
  completed: 7,
  terminated: 8,
  failed: 10,
};

const STATUS_TEXTS: Readonly<Record<HostJobEntry["state"], string>> = {
  running: "Job is running",
  completed: "Job completed successfully",
  terminated: "Job was terminated",
  failed: "Job failed",
};

const CAPTIONS: Readonly<Record<number, string>> = {
  [JobType.create]: "Creating Checkpoint",
  [JobType.apply]: "Applying Checkpoint",
  [JobType.remove]: "Deleting Checkpoint",
  [JobType.merge]: "Merging Disks",
};

export const CONCRETE_JOB: CimClass = {
  name: "Msvm_ConcreteJob",
  keys: ["InstanceID"],
  since: Release.server2008,
  instances: (view) => (view.host.hostJobs ?? []).map((job) => hostJob(view, job)),
};

function hostJob(view: HostView, job: HostJobEntry): Properties {
  return {
    InstanceID: job.id,
    ElementName: CAPTIONS[job.type] ?? "Working",
    Caption: CAPTIONS[job.type] ?? "Working",
    JobType: job.type,
    JobState: STATES[job.state],
    JobStatus: STATUS_TEXTS[job.state],
    PercentComplete: progressOf(job, view.now),
    ErrorCode: job.errorCode ?? 0,
    ErrorDescription: job.errorDescription ?? "",
    ErrorSummaryDescription: job.errorDescription ?? "",
    Cancellable: job.state === "running" && job.type !== JobType.merge,
    DeleteOnCompletion: false,
    StartTime: moment(job.started),
  };
}
