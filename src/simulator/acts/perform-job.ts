import { StillpointError } from "../../base/index.ts";
import { HostFileError } from "../../places/index.ts";
import { JobType, startHostJob } from "../state/host-jobs.ts";
import type { HostJobEntry, MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { applyCheckpoint } from "./apply-checkpoint.ts";
import { createRecoveryCheckpoint, createUserCheckpoint } from "./create-checkpoint.ts";
import { mergeDisks } from "./merge-disks.ts";
import { checkpointFailed, HyperVCode, type Refusal } from "./refusals.ts";
import { type Merge, removeCheckpoint } from "./remove-checkpoint.ts";

/** What a host job does when its time has passed; kept in `host.json`, so that a dead client's job goes on. */
export type JobWork =
  | { readonly kind: "create-recovery"; readonly id: string; readonly consistency: "application" | "crash" }
  | {
      readonly kind: "create-checkpoint";
      readonly id: string;
      readonly name: string;
      readonly memory?: boolean | undefined;
    }
  | { readonly kind: "remove-checkpoint"; readonly checkpoint: string }
  | { readonly kind: "apply-checkpoint"; readonly checkpoint: string; readonly id: string }
  | { readonly kind: "merge"; readonly merges: readonly Merge[] }
  | ({ readonly kind: "fail" } & Refusal);

/** Does the job's work and enters its end. A merge that waits for a file stays running. */
export async function performJob(context: ActContext, job: HostJobEntry): Promise<void> {
  const machine = context.host.machines.find((one) => one.id === job.machine);
  const outcome =
    machine === undefined
      ? { errorCode: HyperVCode.failed, errorDescription: "The virtual machine does not exist any more." }
      : await attempt(context, machine, job.work as unknown as JobWork);
  if (outcome === "waiting") return;
  job.ended = context.clock.now().toString();
  if (typeof outcome === "object") Object.assign(job, { state: "failed", ...outcome });
  else {
    job.state = "completed";
    if (outcome !== "done") job.affected = `Microsoft:${outcome}`;
  }
}

/** `done`, the id of the settings object that was made, `waiting`, or why it failed. */
type Outcome = "done" | "waiting" | Refusal | (string & {});

async function attempt(context: ActContext, machine: MachineEntry, work: JobWork): Promise<Outcome> {
  try {
    return await perform(context, machine, work);
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    // a missing or damaged disk is the host's trouble, which its job reports: hyperv-facts 6.1 (0x80070002)
    const isMissing = error instanceof HostFileError && error.reason === "missing";
    const why = isMissing ? "The system cannot find the file specified. (0x80070002)" : error.message;
    return checkpointFailed(machine.name, why);
  }
}

async function perform(context: ActContext, machine: MachineEntry, work: JobWork): Promise<Outcome> {
  switch (work.kind) {
    case "create-recovery":
      return (await createRecoveryCheckpoint(context, machine, work)).id;
    case "create-checkpoint":
      return (await createUserCheckpoint(context, machine, work)).id;
    case "remove-checkpoint": {
      const merges = await removeCheckpoint(context, machine, work.checkpoint);
      // the merge is a job of its own, and the machine shows it: hyperv-facts 1.2 (32772), 1.7 (50)
      if (merges.length > 0)
        startHostJob(
          context.host,
          { type: JobType.merge, machine, work: { kind: "merge", merges } },
          context,
        );
      return "done";
    }
    case "apply-checkpoint": {
      const checkpoint = machine.checkpoints.find((one) => one.id === work.checkpoint);
      if (checkpoint === undefined) return checkpointFailed(machine.name, "There is no such checkpoint.");
      await applyCheckpoint(context, machine, { checkpoint, id: work.id });
      return "done";
    }
    case "merge":
      return await mergeDisks(context, machine, work.merges);
    case "fail":
    default:
      return { errorCode: work.errorCode, errorDescription: work.errorDescription };
  }
}
