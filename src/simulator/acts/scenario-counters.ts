import type { FaultEntry, ScriptEntry, WireFaultEntry } from "../state/scenario.ts";
import type { HostState } from "../state/schema.ts";

/** The scripted fault that this call meets, counted; the first one that is due. */
export function takeFault(host: HostState, method: string): FaultEntry["instead"] | undefined {
  return taken((host.faults ?? []).filter((fault) => fault.method === method));
}

/** The same for what happens on the network. */
export function takeWireFault(host: HostState, operation: string): WireFaultEntry["instead"] | undefined {
  return taken((host.wireFaults ?? []).filter((fault) => fault.operation === operation));
}

function taken<T>(
  faults: readonly {
    readonly instead: T;
    readonly times: number;
    readonly after?: number | undefined;
    seen?: number | undefined;
    used?: number | undefined;
  }[],
): T | undefined {
  for (const fault of faults) {
    if ((fault.used ?? 0) >= fault.times) continue;
    fault.seen = (fault.seen ?? 0) + 1;
    if (fault.seen <= (fault.after ?? 0)) continue;
    fault.used = (fault.used ?? 0) + 1;
    return fault.instead;
  }
  return undefined;
}

/** The scripted acts whose moment has come, marked as done. Counts the event only once a call, at its beginning. */
export function takeScript(
  host: HostState,
  event: string,
  moment: ScriptEntry["when"]["moment"],
): readonly ScriptEntry["act"][] {
  const due: ScriptEntry["act"][] = [];
  for (const entry of host.script ?? []) {
    if (entry.done === true || entry.when.event !== event) continue;
    if (moment === "before") entry.seen = (entry.seen ?? 0) + 1;
    if (entry.when.moment !== moment || (entry.seen ?? 0) < entry.when.count) continue;
    entry.done = true;
    due.push(entry.act);
  }
  return due;
}
