import { RETURN } from "../cim-names.ts";
import { isReplicaLink } from "../forecast/admission.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";

/** Why an attempt has to wait. */
export interface Busy {
  /** `machine-busy`, or `machine-unreadable`. */
  readonly code: string;
  /** What blocks, in our words. */
  readonly blocking: string;
  /** Hyper-V's own sentence, where it said one. */
  readonly hostSentence?: string | undefined;
}

/** Codes by which Hyper-V says that something else goes on: the same in every language. */
const CONFLICTS: ReadonlySet<number> = new Set([RETURN.inUse, RETURN.invalidState]);
/**
 * What Hyper-V says in English and German (hyperv-facts 6, S33): for hosts that give the general code 32768 with it,
 * which nobody has confirmed.
 */
const CONFLICT_SENTENCES = [
  /currently executing a conflicting operation/i,
  /in Konflikt stehende[rn]? Vorgang/i,
];

/** Whether a failure to make a checkpoint passes by itself; undefined when it is a failure of its own. */
export function busyFromFailure(
  machine: MachineInventory,
  failure: { readonly code: number; readonly sentence: string },
): Busy | undefined {
  const replica = machine.power === "running" ? undefined : machine.replication.find(isReplicaLink);
  const isConflict =
    CONFLICTS.has(failure.code) || CONFLICT_SENTENCES.some((sentence) => sentence.test(failure.sentence));
  // since 2012 R2 a replica that applies a log refuses on purpose, and shows no state for it
  if (replica === undefined && !isConflict) return undefined;
  const blocking =
    replica === undefined
      ? "another operation of the host on this machine"
      : `replication (${replica.state}, health ${replica.health}): a change log is being applied, or could not be`;
  return { code: "machine-busy", blocking, hostSentence: failure.sentence };
}
