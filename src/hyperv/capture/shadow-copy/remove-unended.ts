import { isOurs } from "../../checkpoint-name.ts";
import { isSince } from "../../inventory/host-generation.ts";
import type { CheckpointInventory, MachineTree } from "../../inventory/machine-inventory.ts";
import type { WaitOptions } from "../../machine-host.ts";
import { type HostAccess, readMachineTree } from "../host-access.ts";
import { madeWithinMinutes } from "../made-within-minutes.ts";
import { pauses } from "../pauses.ts";
import { type Released, removeCheckpoint } from "../release-checkpoint.ts";
import type { ShadowFacts } from "./shadow-custody.ts";

/** How long the writer is given to take its checkpoint away by itself, as it does after `end backup`. */
const WRITER_MS = 60_000;

/**
 * Removes the checkpoint that the writer made for a set whose diskshadow died before `end backup`: since 2012 R2 it stands
 * until somebody removes it, and while it does the machine counts as busy (docs/unconfirmed.md, writer-checkpoint-unended).
 * None stood when the entry was recorded, so the only one of those minutes is the writer's.
 */
export async function removeUnended(
  access: HostAccess,
  facts: ShadowFacts,
  options: WaitOptions = {},
): Promise<Released> {
  const nothing = { leftBehind: [], warnings: [] };
  if (!isSince(access.host.generation, "2012r2") || (facts.volumes ?? []).length === 0) return nothing;
  const found = await standingAfterAll(access, facts, options);
  if (found === undefined) return nothing;
  const { machine, checkpoints } = found;
  const [only, ...more] = checkpoints;
  if (only === undefined) return nothing;
  if (more.length > 0) {
    const ids = checkpoints.map(({ id }) => id).join(", ");
    const sentence = `one of its backup checkpoints ${ids} may be of run ${facts.run}; which one cannot be told, so all stay`;
    return { leftBehind: [sentence], warnings: [] };
  }
  const tree = machine.checkpoints.map(({ id }) => id);
  return await removeCheckpoint(
    access,
    { ...facts, before: [], tree, leaves: [], checkpoint: only.id },
    options,
  );
}

/** What still stands when the writer had its time; undefined when nothing does. */
async function standingAfterAll(
  access: HostAccess,
  facts: ShadowFacts,
  options: WaitOptions,
): Promise<
  { readonly machine: MachineTree; readonly checkpoints: readonly CheckpointInventory[] } | undefined
> {
  const deadline = access.clock.monotonicMs() + WRITER_MS;
  for (const pause of pauses()) {
    const machine = await readMachineTree(access, facts.machine, options);
    const checkpoints = (machine?.recoveryCheckpoints ?? []).filter(
      ({ name, created }) => !isOurs(name) && madeWithinMinutes(created, facts.recorded),
    );
    if (machine === undefined || checkpoints.length === 0) return undefined;
    if (access.clock.monotonicMs() >= deadline) return { machine, checkpoints };
    await access.clock.sleep(pause, options);
  }
  return undefined;
}
