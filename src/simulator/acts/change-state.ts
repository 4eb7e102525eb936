import type { MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { retryPendingMerges } from "./merge-disks.ts";

/** A machine that the VSS writer saved and lets go on late: whether there was one whose time has come. */
export async function resumeDue(context: ActContext): Promise<boolean> {
  const now = context.clock.now();
  const due = context.host.machines.find(
    ({ resumesAt }) =>
      resumesAt !== undefined && Temporal.Instant.compare(Temporal.Instant.from(resumesAt), now) <= 0,
  );
  if (due === undefined) return false;
  await changeState(context, due, "running");
  return true;
}

/**
 * Starts, stops, saves or pauses the machine. A new worker opens the disks anew; merges that were outstanding are tried
 * again when nobody runs the machine (hyperv-facts 2.5).
 */
export async function changeState(
  context: ActContext,
  machine: MachineEntry,
  wanted: MachineEntry["state"],
): Promise<void> {
  const former = machine.state;
  machine.state = wanted;
  delete machine.resumesAt;
  if (wanted === "running" || wanted === "off") delete machine.stoodStill;
  for (const disk of machine.disks) delete disk.written;
  if (wanted === "running" && former !== "paused") machine.startedAt = context.clock.now().toString();
  await context.files.refreshLive(context.host, machine);
  if (wanted === "off") await retryPendingMerges(context, machine);
}
