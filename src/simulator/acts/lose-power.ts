import type { ActContext } from "./act-context.ts";
import type { Merge } from "./remove-checkpoint.ts";

/**
 * The host loses its power, and comes back with every machine off: jobs are forgotten, merges stay outstanding, what was
 * being made is not made. Files stay as they are; clients lose nothing but their answers.
 */
export async function losePower(context: ActContext): Promise<void> {
  const { host } = context;
  for (const machine of host.machines) {
    const cut = (host.hostJobs ?? []).filter((job) => job.machine === machine.id && job.state === "running");
    const merges = cut.flatMap((job) => (job.work.kind === "merge" ? (job.work["merges"] as Merge[]) : []));
    if (merges.length > 0) machine.pendingMerges = [...(machine.pendingMerges ?? []), ...merges];
    if (machine.state !== "saved") machine.state = "off";
    for (const disk of machine.disks) delete disk.written;
    await context.files.refreshLive(host, machine);
  }
  delete host.hostJobs;
}
