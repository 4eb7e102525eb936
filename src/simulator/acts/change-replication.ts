import { type Assumptions, DEFAULT_ASSUMPTIONS } from "../state/assumptions.ts";
import type { MachineEntry } from "../state/schema.ts";
import { HyperVCode } from "./refusals.ts";

/** RequestedState of Msvm_ComputerSystem.RequestReplicationStateChange: hyperv-facts 6. */
const REPLICATING = 3;
const SUSPENDED = 7;
/** States of a replica that copies as usual, whether or not it applies a log at this moment. */
const GOES_ON = new Set(["replicating", "applying-log"]);

/** Suspends or resumes a machine's replication; gives the return value. What a client suspended is kept apart for the audit. */
export function changeReplication(
  machine: MachineEntry,
  wanted: number,
  assumed: Pick<Assumptions, "suspensionWhileApplying"> = DEFAULT_ASSUMPTIONS,
): number {
  const { replication } = machine;
  if (replication.mode === "none" || replication.mode === "test-replica") return HyperVCode.invalidState;
  const isRefused = replication.state === "applying-log" && assumed.suspensionWhileApplying === "refused";
  if (wanted === SUSPENDED && GOES_ON.has(replication.state) && !isRefused) {
    replication.state = "suspended";
    replication["suspendedByClient"] = true;
    return HyperVCode.done;
  }
  if (wanted === REPLICATING && replication.state === "suspended") {
    replication.state = "replicating";
    delete replication["suspendedByClient"];
    return HyperVCode.done;
  }
  return wanted === SUSPENDED || wanted === REPLICATING
    ? HyperVCode.invalidState
    : HyperVCode.invalidParameter;
}
