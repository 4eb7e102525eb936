import { type Guid, type Notice, StillpointError, throwIfInterrupted } from "../../base/index.ts";
import type { HostAccess } from "../capture/host-access.ts";
import { callHost } from "../capture/host-job.ts";
import { pauses } from "../capture/pauses.ts";
import { METHOD, REPLICATION } from "../cim-names.ts";
import type { HoldOptions } from "../held-machine.ts";
import { armDeadMan } from "./dead-man.ts";
import { type ReplicationNow, replicationNow } from "./replication-now.ts";
import { resumeReplication } from "./resume-replication.ts";
import { amendAsked, recordSuspension, type Suspension } from "./suspension-custody.ts";

const CALL_LIMIT_MS = 10 * 60_000;
/** How long the state may take to follow the call. */
const SETTLING_LIMIT_MS = 2 * 60_000;

/** What came of it; without a suspension nothing is to be resumed. */
export interface SuspensionOutcome {
  readonly suspension?: Suspension | undefined;
  readonly warnings: readonly Notice[];
}

/**
 * Suspends the machine's replication on this host, whichever side of it the host is: journal first, then the task that
 * resumes it when nobody else does, then the call. Only what replicates now is suspended; what somebody else suspended, or
 * what is in another state, is told and stays. A refusal of the host is a warning: the hold has its own patience.
 */
export async function suspendReplication(
  access: HostAccess,
  machine: { readonly id: Guid; readonly name: string },
  options: Pick<HoldOptions, "run" | "events" | "step" | "signal">,
): Promise<SuspensionOutcome> {
  const { run, signal } = options;
  const now = await replicationNow(access, machine.id, { signal });
  if (now === undefined || now.role === "none" || now.role === "unknown") return { warnings: [] };
  if (now.state !== "replicating") {
    const message = `Its replication is ${now.state}, not replicating, and is left as it is`;
    options.events({ type: "step-note", step: options.step, message });
    return { warnings: [] };
  }
  throwIfInterrupted(signal);
  const about = { machine: machine.id, machineName: machine.name, run, role: now.role };
  const recorded = await recordSuspension(access, about);
  return await suspend(access, recorded, now);
}

async function suspend(
  access: HostAccess,
  recorded: Suspension,
  now: ReplicationNow,
): Promise<SuspensionOutcome> {
  const unarmed = await armDeadMan(access, recorded);
  const warnings = unarmed === undefined ? [] : [unarmedNotice(unarmed)];
  const suspension = await amendAsked(access, recorded);
  const asked = await ask(access, suspension, now);
  if (asked.kind === "suspended") return { suspension, warnings };
  if (asked.kind === "unclear") {
    const message = `whether its replication is suspended is not known: ${asked.sentence}`;
    return { suspension, warnings: [...warnings, { code: "replication-not-suspended", message }] };
  }
  const { leftBehind } = await resumeReplication(access, suspension);
  const message = `its replication could not be suspended: ${[asked.sentence, ...leftBehind].join("; ")}`;
  return { warnings: [{ code: "replication-not-suspended", message }] };
}

/** `unclear`: it may be suspended yet, so that whoever lets it go looks again. */
type Asked =
  | { readonly kind: "suspended" }
  | { readonly kind: "refused" | "unclear"; readonly sentence: string };

/** Not interruptible: what was asked for is seen through. */
async function ask(
  access: HostAccess,
  { machine }: Suspension,
  { reference }: ReplicationNow,
): Promise<Asked> {
  try {
    const outcome = await callHost(access, {
      target: reference,
      method: METHOD.changeReplication,
      arguments: { RequestedState: REPLICATION.suspended, TimeoutPeriod: null },
      limitMs: CALL_LIMIT_MS,
    });
    if (outcome.kind === "failed") {
      return { kind: "refused", sentence: `${outcome.sentence} (${outcome.code})` };
    }
    const sentence = await untilSuspended(access, machine);
    return sentence === undefined ? { kind: "suspended" } : { kind: "unclear", sentence };
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    return { kind: "unclear", sentence: error.message };
  }
}

async function untilSuspended(access: HostAccess, machine: Guid): Promise<string | undefined> {
  const deadline = access.clock.monotonicMs() + SETTLING_LIMIT_MS;
  for (const pause of pauses()) {
    const now = await replicationNow(access, machine);
    if (now === undefined || now.state === "suspended") return undefined;
    if (access.clock.monotonicMs() >= deadline) return `the host said yes, and it still is ${now.state}`;
    await access.clock.sleep(pause);
  }
  return undefined;
}

function unarmedNotice(sentence: string): Notice {
  const message = `replication was suspended without a task on the host that resumes it if this program dies: ${sentence}`;
  return { code: "dead-man-not-armed", message };
}
