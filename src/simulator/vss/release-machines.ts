import { changeState } from "../acts/change-state.ts";
import { removeCheckpoint } from "../acts/remove-checkpoint.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import { JobType, startHostJob } from "../state/host-jobs.ts";
import type { MachineEntry } from "../state/schema.ts";
import type { DiskshadowRun } from "./diskshadow-run.ts";

/** How late a machine goes on where the writer takes its time. */
export const LATE_MILLISECONDS = 8_000;

/** After the shadow copies: what the writer saved goes on, or does not (hyperv-facts 3.1). */
export async function resumeMachines(run: DiskshadowRun, after: "made" | "abandoned"): Promise<void> {
  const { context } = run;
  const how = after === "abandoned" ? "at-once" : assumptionsOf(context.host).writerResumes;
  for (const machine of savedMachines(run)) {
    switch (how) {
      case "late":
        machine.resumesAt = context.clock.now().add({ milliseconds: LATE_MILLISECONDS }).toString();
        break;
      case "stays-paused":
        await changeState(context, machine, "paused");
        break;
      case "stays-saved":
        break;
      case "at-once":
      default:
        await changeState(context, machine, "running");
    }
  }
}

/**
 * `end backup`: the writer's checkpoints go, each merge is a host job of its own (hyperv-facts 3.6). Checkpoints that an
 * earlier backup left, because nobody ended it, go too.
 */
export async function releaseMachines(run: DiskshadowRun): Promise<void> {
  const { context, session } = run;
  for (const { machine: id } of session.held ?? []) {
    const machine = context.host.machines.find((one) => one.id === id);
    if (machine === undefined) continue;
    delete machine.backupBegun;
    const checkpoints = (machine.recoveryCheckpoints ?? []).filter(({ ofWriter }) => ofWriter === true);
    const merges = [];
    for (const { id: checkpoint } of checkpoints)
      merges.push(...(await removeCheckpoint(context, machine, checkpoint)));
    if (merges.length > 0)
      startHostJob(context.host, { type: JobType.merge, machine, work: { kind: "merge", merges } }, context);
  }
}

function savedMachines(run: DiskshadowRun): readonly MachineEntry[] {
  const ids = (run.session.held ?? []).filter(({ how }) => how === "saved").map(({ machine }) => machine);
  return run.context.host.machines.filter((machine) => ids.includes(machine.id) && machine.state === "saved");
}
