import { type Guid, type StillpointError, throwIfInterrupted } from "../../base/index.ts";
import {
  MachineBusyError,
  MachineNotFoundError,
  MachineOnOtherNodeError,
  MachineUnreadableError,
} from "../errors.ts";
import { say } from "../forecast/sentences.ts";
import type { HeldMachine, HoldOptions } from "../held-machine.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { replicationSight } from "../replication/replication-sight.ts";
import type { AttemptContext } from "./attempt.ts";
import { attemptHold } from "./attempt-hold.ts";
import type { Busy } from "./busy.ts";
import { visibleNodeOf } from "./cluster-owners.ts";
import type { HostAccess } from "./host-access.ts";

/**
 * Holds one machine by the method of its forecast, with patience for what passes by itself: each waiting is said in the run's
 * events, with what blocks, Hyper-V's own sentence, and what helps (S32 to S35).
 */
export async function holdMachine(
  access: HostAccess,
  id: Guid,
  context: { readonly options: HoldOptions } & Pick<AttemptContext, "onHeld" | "onReleased">,
): Promise<HeldMachine> {
  const { options } = context;
  const { patience, signal } = options;
  let delayMs = patience.firstDelayMs;
  for (let attempt = 1; ; attempt++) {
    throwIfInterrupted(signal);
    const outcome = await attemptHold(access, id, { ...context, attempt });
    if (outcome.kind === "absent") throw await absentError(access, id, options);
    if (outcome.kind === "held") return outcome.held;
    const { machine, busy } = outcome;
    tellBlocked(options, machine, busy);
    if (attempt >= patience.attempts) throw busyError(machine, busy, attempt);
    note(options, waitingNote(machine, busy, { attempt, attempts: patience.attempts, delayMs }));
    await access.clock.sleep(delayMs, { signal });
    delayMs = Math.min(delayMs * 2, patience.longestDelayMs);
  }
}

/** A machine of a cluster may be somewhere else by now. */
async function absentError(access: HostAccess, id: Guid, options: HoldOptions): Promise<StillpointError> {
  const place = await visibleNodeOf(access, id, options);
  if (place === undefined) {
    const message = `Cannot back up machine ${id}: "${access.host.name}" has none of this id`;
    return new MachineNotFoundError(message, { id });
  }
  const { name, node } = place;
  return new MachineOnOtherNodeError(
    `Cannot back up "${name}" from "${access.host.name}": it is on node "${node}" of the cluster`,
    { machine: { id, name }, node },
  );
}

function busyError(machine: MachineInventory, busy: Busy, attempts: number): StillpointError {
  const said = busy.hostSentence === undefined ? "" : `. Hyper-V says: ${busy.hostSentence}`;
  const message = `Cannot back up "${machine.name}": after ${attempts} attempts it is still busy: ${busy.blocking}${said}`;
  if (busy.code === "machine-unreadable") {
    return new MachineUnreadableError(message, { machine: { id: machine.id, name: machine.name } });
  }
  const { id, name } = machine;
  return new MachineBusyError(`${message}. If this happens often: ${advice(machine)}`, {
    machine: { id, name },
    attempts,
    ...busy,
  });
}

function waitingNote(
  machine: MachineInventory,
  busy: Busy,
  waiting: { readonly attempt: number; readonly attempts: number; readonly delayMs: number },
): string {
  const seconds = Math.round(waiting.delayMs / 1000);
  const said = busy.hostSentence === undefined ? "" : ` Hyper-V says: ${busy.hostSentence}.`;
  return `Attempt ${waiting.attempt} of ${waiting.attempts}: ${busy.blocking}.${said} Trying again in ${seconds} s. If this happens often: ${advice(machine)}`;
}

function advice(machine: MachineInventory): string {
  const last = machine.replication.find(({ lastReplication }) => lastReplication !== undefined);
  const moment = last?.lastReplication?.toString();
  const when = moment === undefined ? "" : ` (${say({ key: "adviceLastReplication", facts: { moment } })})`;
  return `${say({ key: "adviceSchedule" })}${when}; or ${say({ key: "adviceCommands" })}`;
}

function tellBlocked(options: HoldOptions, machine: MachineInventory, busy: Busy): void {
  const seen = replicationSight(machine, { blocked: true });
  if (seen !== undefined && busy.code === "machine-busy") options.onBlocked?.(seen);
}

function note(options: HoldOptions, message: string): void {
  options.events({ type: "step-note", step: options.step, message });
}
