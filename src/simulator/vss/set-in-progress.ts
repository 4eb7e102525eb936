import type { ActContext } from "../acts/act-context.ts";
import type { RunningProgramEntry } from "../state/program-state.ts";

/** How long VSS minds a requester that died while it made a set. */
const ABANDONED_MS = 30_000;

/** Whether another requester makes a set now: VSS lets only one at a time (VSS_E_SNAPSHOT_SET_IN_PROGRESS). */
export function isSetBusy(context: ActContext, program: RunningProgramEntry): boolean {
  const { host, clock } = context;
  const until = host.shadowSetBusyUntil;
  if (until !== undefined) {
    if (Temporal.Instant.compare(clock.now(), Temporal.Instant.from(until)) < 0) return true;
    delete host.shadowSetBusyUntil;
  }
  return (host.runningPrograms ?? []).some((other) => other.id !== program.id && isMaking(other));
}

/** What a requester leaves that is killed: the set that it was making is VSS's business for a while. */
export function abandonSet(context: ActContext, program: RunningProgramEntry): void {
  if (!isMaking(program)) return;
  const until = context.clock.now().add({ milliseconds: ABANDONED_MS });
  context.host.shadowSetBusyUntil = until.toString();
}

function isMaking({ ended, diskshadow }: RunningProgramEntry): boolean {
  return ended === undefined && diskshadow?.set !== undefined && diskshadow.made !== true;
}
