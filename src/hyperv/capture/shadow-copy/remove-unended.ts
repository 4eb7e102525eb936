import type { Guid } from "../../../base/index.ts";
import { isOurs } from "../../checkpoint-name.ts";
import { isSince } from "../../inventory/host-generation.ts";
import type { CheckpointInventory, MachineTree } from "../../inventory/machine-inventory.ts";
import type { WaitOptions } from "../../machine-host.ts";
import { type HostAccess, readMachineTree } from "../host-access.ts";
import { madeWithinMinutes } from "../made-within-minutes.ts";
import { pauses } from "../pauses.ts";
import { type Released, removeCheckpoint } from "../release-checkpoint.ts";
import type { ShadowFacts } from "./shadow-custody.ts";
import { lastInstalled } from "./shadow-rows.ts";

/** How long the writer is given to take its checkpoint away by itself, as it does after `end backup`. */
const WRITER_MS = 60_000;
/** The writer makes its checkpoint before the shadow copies (hyperv-facts 3.1); the host may round both moments. */
const ROUNDING_MS = 10_000;

/**
 * Removes the checkpoint that the writer made for a set whose diskshadow died before `end backup`: since 2012 R2 it stands
 * until somebody removes it, and while it does the machine counts as busy (docs/unconfirmed.md, writer-checkpoint-unended).
 *
 *     record  →  (writer's checkpoint)  →  shadow copies of our set  →  end backup  →  whatever others make
 *
 * None stood at the record, and while the writer's stands nobody can make another: the only one between the record and our
 * shadow copies is the writer's. Without shadow copies that are known to be ours it is told, and left alone.
 */
export async function removeUnended(
  access: HostAccess,
  facts: ShadowFacts,
  options: WaitOptions = {},
): Promise<Released> {
  const nothing = { leftBehind: [], warnings: [] };
  const isPossible = isSince(access.host.generation, "2012r2") && (facts.volumes ?? []).length > 0;
  if (!isPossible || facts.ended === true) return nothing;
  const found = await standingAfterAll(access, facts, options);
  if (found === undefined) return nothing;
  const { machine, checkpoints } = found;
  const known = facts.ofWriter ?? (await attribute(access, facts, checkpoints));
  if (known === "nobody's") return nothing;
  if (known === "unclear") {
    const ids = checkpoints.map(({ id }) => id).join(", ");
    const sentence = `the backup checkpoints ${ids} may be of run ${facts.run}; that cannot be told, so they stay`;
    return { leftBehind: [sentence], warnings: [] };
  }
  await access.journal.amend(facts.entry, { ofWriter: known });
  const tree = machine.checkpoints.map(({ id }) => id);
  const owned = { ...facts, before: [], tree, leaves: [], checkpoint: known };
  return await removeCheckpoint(access, owned, options);
}

/** The one that stood already when our shadow copies were made; `nobody's`: none is of ours. */
async function attribute(
  access: HostAccess,
  facts: ShadowFacts,
  checkpoints: readonly CheckpointInventory[],
): Promise<Guid | "nobody's" | "unclear"> {
  const installed = await lastInstalled(access, facts.shadows);
  if (installed === undefined) return "unclear";
  const latest = installed.epochMilliseconds + ROUNDING_MS;
  const older = checkpoints.filter(({ created }) => created !== null && created.epochMilliseconds <= latest);
  const [only] = older;
  if (only === undefined) return "nobody's";
  return older.length === 1 ? only.id : "unclear";
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
    const checkpoints = (machine?.recoveryCheckpoints ?? []).filter(({ id, name, created }) =>
      facts.ofWriter === undefined
        ? !isOurs(name) && madeWithinMinutes(created, facts.recorded)
        : id === facts.ofWriter,
    );
    if (machine === undefined || checkpoints.length === 0) return undefined;
    if (access.clock.monotonicMs() >= deadline) return { machine, checkpoints };
    await access.clock.sleep(pause, options);
  }
  return undefined;
}
