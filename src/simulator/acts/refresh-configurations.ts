import { settingsOf } from "../state/lineage.ts";
import type { MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";

/** Writes the live configuration anew after its user changed disks or checkpoints. */
export async function refreshLive(context: ActContext, machine: MachineEntry): Promise<void> {
  await refreshConfigurations(context, machine, [machine.id]);
}

/** Writes the configurations of some settings objects of the machine anew. */
export async function refreshConfigurations(
  context: ActContext,
  machine: MachineEntry,
  ids: readonly string[],
): Promise<void> {
  for (const entry of settingsOf(machine)) {
    if (ids.includes(entry.id)) await context.files.refresh(context.host, entry);
  }
}
