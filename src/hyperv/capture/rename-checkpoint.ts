import { CLASS, METHOD } from "../cim-names.ts";
import type { HoldOptions } from "../held-machine.ts";
import type { CheckpointInventory } from "../inventory/machine-inventory.ts";
import { type HostAccess, serviceOf } from "./host-access.ts";
import { callHost } from "./host-job.ts";

const RENAMING_LIMIT_MS = 60_000;

/** So that people and later starts see whose it is. A host that refuses it has still made the checkpoint. */
export async function renameCheckpoint(
  access: HostAccess,
  checkpoint: CheckpointInventory,
  wanted: { readonly name: string; readonly options: HoldOptions },
): Promise<void> {
  if (checkpoint.reference === undefined) return;
  const { name, options } = wanted;
  const outcome = await callHost(access, {
    target: await serviceOf(access, CLASS.managementService, options),
    method: METHOD.modifySettings,
    arguments: {
      SystemSettings: {
        kind: "instance",
        className: CLASS.settings,
        reference: checkpoint.reference,
        properties: { InstanceID: `Microsoft:${checkpoint.id.toUpperCase()}`, ElementName: name },
      },
    },
    signal: options.signal,
    limitMs: RENAMING_LIMIT_MS,
  });
  if (outcome.kind !== "failed") return;
  const message = `The checkpoint keeps the host's name for it: ${outcome.sentence} (${outcome.code})`;
  options.events({ type: "step-note", step: options.step, message });
}
