import { StillpointError } from "../../base/index.ts";
import type { HostAccess } from "../capture/host-access.ts";
import { callHost } from "../capture/host-job.ts";
import { pauses } from "../capture/pauses.ts";
import { wentWith } from "../capture/put-back.ts";
import { METHOD, REPLICATION } from "../cim-names.ts";
import { disarmDeadMan } from "./dead-man.ts";
import { replicationNow } from "./replication-now.ts";
import type { Suspension } from "./suspension-custody.ts";

const CALL_LIMIT_MS = 10 * 60_000;
const SETTLING_LIMIT_MS = 2 * 60_000;

export interface ResumeReport {
  /** Whether it was us who resumed it; else it went on already, or the machine is gone. */
  readonly resumed: boolean;
  /** One sentence for each thing that stays; the journal keeps the entry then. */
  readonly leftBehind: readonly string[];
}

/**
 * Lets replication go on that we suspended, removes the task that would do so, and strikes the entry. While it stays
 * suspended the task stays too. Not interruptible; refusals of the host are outcomes, never thrown.
 */
export async function resumeReplication(access: HostAccess, suspension: Suspension): Promise<ResumeReport> {
  try {
    const { resumed, isGone, sentence } = await resume(access, suspension);
    if (sentence !== undefined) {
      return { resumed, leftBehind: [`its replication stays suspended: ${sentence}`] };
    }
    const stays = await disarmDeadMan(access, suspension);
    if (stays !== undefined) {
      return { resumed, leftBehind: [`the scheduled task "${suspension.task.name}" stays: ${stays}`] };
    }
    if (isGone === true) {
      const state = "its replication may be suspended";
      return { resumed, leftBehind: [(await wentWith(access, { ...suspension, state })).sentence] };
    }
    await access.journal.strike(suspension.entry);
    return { resumed, leftBehind: [] };
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    const message = `whether its replication goes on is not known: ${error.message}`;
    return { resumed: false, leftBehind: [message] };
  }
}

async function resume(
  access: HostAccess,
  { machine, asked }: Suspension,
): Promise<{
  readonly resumed: boolean;
  /** The host has no such machine any more. */
  readonly isGone?: true;
  readonly sentence?: string;
}> {
  if (!asked) return { resumed: false };
  const now = await replicationNow(access, machine);
  if (now === undefined) return { resumed: false, isGone: true };
  if (now.state !== "suspended") return { resumed: false };
  const outcome = await callHost(access, {
    target: now.reference,
    method: METHOD.changeReplication,
    arguments: { RequestedState: REPLICATION.replicating, TimeoutPeriod: null },
    limitMs: CALL_LIMIT_MS,
  });
  if (outcome.kind === "failed") return { resumed: false, sentence: `${outcome.sentence} (${outcome.code})` };
  const deadline = access.clock.monotonicMs() + SETTLING_LIMIT_MS;
  for (const pause of pauses()) {
    const later = await replicationNow(access, machine);
    if (later?.state !== "suspended") return { resumed: true };
    if (access.clock.monotonicMs() >= deadline) break;
    await access.clock.sleep(pause);
  }
  return { resumed: false, sentence: "the host said yes, and it still is suspended" };
}
