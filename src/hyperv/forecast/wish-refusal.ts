import type { HoldWishes } from "../hold-wishes.ts";
import { placeText } from "../inventory/attached-disks.ts";
import { isSince } from "../inventory/host-generation.ts";
import type { DiskKind, MachineInventory } from "../inventory/machine-inventory.ts";
import type { ForecastHost, Refused } from "./admission.ts";
import { reachOf } from "./reach.ts";
import type { Sentence } from "./sentences.ts";

/** Disks that a checkpoint with memory cannot hold (hyperv-facts 7). */
const OUTSIDE_CHECKPOINTS: ReadonlySet<DiskKind> = new Set(["pass-through", "shared", "vhds"]);

/** What was wished for and cannot be had on this host or for this machine; undefined when all of it can. */
export function wishRefusal(
  machine: MachineInventory,
  context: { readonly host: ForecastHost; readonly wishes: HoldWishes },
): Refused | undefined {
  const { host, wishes } = context;
  if (wishes.method === "recovery-checkpoint" && !isSince(host.generation, "2016")) {
    const facts = { caption: host.caption || "this host" };
    return refused("method-not-possible", { key: "methodNotPossible", facts });
  }
  const memory = memoryRefusal(machine, context);
  if (memory !== undefined) return refused("memory-not-possible", memory);
  const isSaved = reachOf(machine, host.generation, wishes).interruptsGuest === "save";
  if (isSaved && host.clustered?.has(machine.id) === true) {
    return refused("clustered-guest-not-saved", { key: "clusteredSave" });
  }
  return undefined;
}

/** requirements.md 1, "Memory": where a checkpoint with memory must not or cannot be made. */
function memoryRefusal(
  machine: MachineInventory,
  context: { readonly host: ForecastHost; readonly wishes: HoldWishes },
): Sentence | undefined {
  if (context.wishes.memory !== "include" || machine.power !== "running") return undefined;
  if (!isSince(context.host.generation, "2012")) return { key: "memoryOldHost" };
  if (machine.domainController === true) return { key: "memoryDomainController" };
  const count = machine.assignedDevices;
  if (count > 0) return { key: "memoryAssignedDevices", facts: { count } };
  const outside = machine.disks.find(({ kind }) => OUTSIDE_CHECKPOINTS.has(kind));
  if (outside !== undefined) {
    return { key: "memoryPassThrough", facts: { disk: outside.path ?? placeText(outside) } };
  }
  return machine.fibreChannelPorts > 0 ? { key: "memoryFibreChannel" } : undefined;
}

function refused(code: string, sentence: Sentence): Refused {
  return { kind: "refused", code, sentence };
}
