import type { MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { retryPendingMerges } from "./merge-disks.ts";

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
  for (const disk of machine.disks) delete disk.written;
  if (wanted === "running" && former !== "paused") machine.startedAt = context.clock.now().toString();
  await context.files.refreshLive(context.host, machine);
  if (wanted === "off") await retryPendingMerges(context, machine);
}
