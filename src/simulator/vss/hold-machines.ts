import { StillpointError } from "../../base/index.ts";
import { changeState } from "../acts/change-state.ts";
import { createRecoveryCheckpoint } from "../acts/create-checkpoint.ts";
import { conflictOf } from "../acts/hold-refusal.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import { derivedGuid } from "../state/derived-guid.ts";
import { DEFAULT_JOB_MILLISECONDS } from "../state/host-jobs.ts";
import { Release, releaseOf } from "../state/host-version.ts";
import { hasWorker } from "../state/lineage.ts";
import type { HeldMachineEntry } from "../state/program-state.ts";
import type { MachineEntry } from "../state/schema.ts";
import type { DiskshadowRun } from "./diskshadow-run.ts";
import { type HostVolume, hostVolumes } from "./host-volumes.ts";
import { releaseMachines, resumeMachines } from "./release-machines.ts";
import { failedWith, VssCode, type VssFailure } from "./vss-failure.ts";
import { HYPERV_WRITER_ID, methodOf, writerComponents } from "./writer-components.ts";

/** Saving takes longer than a look every half second can miss. */
export const DEFAULT_SAVING_MILLISECONDS = 1_500;

/** How long the host needs until the machines stand, or why the writer fails. */
export type Holding = { readonly waitMs: number } | { readonly failure: VssFailure };

/**
 * What the Hyper-V writer does at PrepareForSnapshot (hyperv-facts 3.1): each machine of the set gets a checkpoint, or is
 * saved, or its guest holds still. One machine that fails lets the whole set fail, and the others go on as before.
 */
export async function holdMachines(run: DiskshadowRun, set: string): Promise<Holding> {
  const { context, session } = run;
  const volumes = await hostVolumes(context);
  session.held = [];
  if (session.excludedWriters.includes(HYPERV_WRITER_ID)) return { waitMs: 0 };
  const { excludedMachines } = assumptionsOf(context.host);
  const excluded = new Set(excludedMachines === "held" ? [] : session.excludedComponents);
  const chosen = (await writerComponents(context)).filter(({ machine }) => !excluded.has(machine.id));
  for (const component of chosen) {
    const isAsked = !session.excludedComponents.includes(component.machine.id);
    const failure =
      (isAsked ? missingVolumes(run, component.volumes) : undefined) ??
      (await holdOne(run, component.machine, { set, volumes }));
    if (failure !== undefined) {
      await abandon(run);
      return { failure };
    }
  }
  return { waitMs: longestOf(run) };
}

/** A component's volumes must all be in the set. */
function missingVolumes(run: DiskshadowRun, volumes: readonly HostVolume[]): VssFailure | undefined {
  const wanted = new Set(run.session.volumes.map(({ root }) => root.toLowerCase()));
  const isWhole = volumes.every(({ root }) => wanted.has(root.toLowerCase()));
  return isWhole ? undefined : failedWith(VssCode.inconsistent);
}

async function holdOne(
  run: DiskshadowRun,
  machine: MachineEntry,
  how: { readonly set: string; readonly volumes: readonly HostVolume[] },
): Promise<VssFailure | undefined> {
  const { context, session } = run;
  const conflict = conflictOf(context.host, machine);
  if (conflict !== undefined) return failedWith(VssCode.retryable, conflict.errorDescription);
  const method = methodOf(context.host, machine, how.volumes);
  if (method === "guest" && (machine.guest.vss !== "ok" || machine.guest["freeze"] === "fails"))
    return failedWith(VssCode.nonRetryable);
  try {
    session.held?.push(await held(run, machine, { method, set: how.set }));
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    return failedWith(VssCode.nonRetryable, error.message); // a disk that is not there, or damaged
  }
  if (session.backup === true) machine.backupBegun = how.set;
  return undefined;
}

async function held(
  run: DiskshadowRun,
  machine: MachineEntry,
  how: { readonly method: HeldMachineEntry["how"]; readonly set: string },
): Promise<HeldMachineEntry> {
  const { context } = run;
  const { method, set } = how;
  if (method === "saved") {
    machine.stoodStill = true;
    await changeState(context, machine, "saved");
  }
  const getsCheckpoint =
    releaseOf(context.host) >= Release.server2012R2 && method !== "saved" && hasWorker(machine);
  if (!getsCheckpoint) return { machine: machine.id, how: method };
  const id = derivedGuid(set, machine.id);
  const consistency = method === "guest" ? "application" : "crash";
  const entry = await createRecoveryCheckpoint(context, machine, { id, consistency });
  entry.ofWriter = true;
  return { machine: machine.id, how: method, checkpoint: id };
}

/** The set came to nothing: the writer lets go of what it held for it. */
async function abandon(run: DiskshadowRun): Promise<void> {
  await resumeMachines(run, "abandoned");
  await releaseMachines(run);
}

function longestOf(run: DiskshadowRun): number {
  const { context, session } = run;
  const { host } = context;
  const isSaved = session.held?.some(({ how }) => how === "saved") ?? false;
  const isFrozen = session.held?.some(({ how }) => how !== "standing") ?? false;
  if (isSaved) return host.savingMilliseconds ?? DEFAULT_SAVING_MILLISECONDS;
  return isFrozen ? (host.jobMilliseconds ?? DEFAULT_JOB_MILLISECONDS) : 0;
}
