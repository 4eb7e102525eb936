import { type Guid, StillpointError } from "../../base/index.ts";
import { forecastMachine } from "../forecast/forecast.ts";
import type { HeldMachine } from "../held-machine.ts";
import type { Attempt, AttemptContext, AttemptOutcome } from "./attempt.ts";
import { attemptCheckpoint } from "./attempt-checkpoint.ts";
import { clusteredMachines } from "./cluster-owners.ts";
import { passGates } from "./gates.ts";
import { heldWithMemory } from "./held-with-memory.ts";
import { type HostAccess, readMachine } from "./host-access.ts";
import { type MemoryCheckpoint, makeMemoryCheckpoint } from "./memory-checkpoint.ts";
import { refuseUnreadable } from "./readable-places.ts";
import { releaseCheckpoint } from "./release-checkpoint.ts";
import { attemptShadowCopy } from "./shadow-copy/attempt-shadow-copy.ts";

/** One attempt: look, decide, keep the memory where that is wished for, and hold by the method of the forecast. */
export async function attemptHold(
  access: HostAccess,
  id: Guid,
  context: AttemptContext,
): Promise<AttemptOutcome | { readonly kind: "absent" }> {
  const { options } = context;
  const machine = await readMachine(access, id, options);
  if (machine === undefined) return { kind: "absent" };
  const clustered = await clusteredMachines(access, { signal: options.signal });
  const forecast = forecastMachine(machine, { ...access.host, clustered }, { wishes: options });
  const { requireApplication } = options;
  const blocked = passGates(machine, forecast, { requireApplication, commands: access.commands });
  if (blocked !== undefined) return { kind: "busy", machine, busy: blocked };
  await refuseUnreadable(access, machine, options);
  const attempt = { machine, forecast, context };
  if (options.memory !== "include" || machine.power !== "running") return await holdBy(access, attempt);
  const memory = await makeMemoryCheckpoint(access, machine, options);
  if (memory.kind === "busy") return { ...memory, machine };
  return await holdAbove(access, memory, { ...attempt, machine: memory.machine });
}

/** By the method of the forecast; where the host refuses a backup checkpoint, by a shadow copy. */
async function holdBy(access: HostAccess, attempt: Attempt): Promise<AttemptOutcome> {
  const { options } = attempt.context;
  if (attempt.forecast.method === "shadow-copy") return await attemptShadowCopy(access, attempt);
  const outcome = await attemptCheckpoint(access, attempt);
  if (outcome.kind !== "refused") return outcome;
  if (access.commands === undefined || options.method === "recovery-checkpoint") throw outcome.error;
  const message = `The host refuses a backup checkpoint: ${outcome.sentence}. A shadow copy is made instead`;
  options.events({ type: "step-note", step: options.step, message });
  return await attemptShadowCopy(access, attempt);
}

/** Holds a machine above the checkpoint with its memory; without a hold that one is removed at once. */
async function holdAbove(
  access: HostAccess,
  memory: MemoryCheckpoint,
  attempt: Attempt,
): Promise<AttemptOutcome> {
  const { options, onHeld, onReleased } = attempt.context;
  const { checkpoint } = memory.owned;
  let held: HeldMachine;
  try {
    const outcome = await holdBy(access, attempt);
    if (outcome.kind === "busy") {
      await dropMemory(access, memory, attempt);
      return outcome;
    }
    held = outcome.held;
  } catch (error) {
    if (error instanceof StillpointError) await dropMemory(access, memory, attempt);
    throw error;
  }
  onHeld(checkpoint);
  const onGone = (): void => {
    onReleased(checkpoint);
  };
  return { kind: "held", held: heldWithMemory(access, held, { memory, options, onGone }) };
}

async function dropMemory(access: HostAccess, memory: MemoryCheckpoint, attempt: Attempt): Promise<void> {
  const { events, step } = attempt.context.options;
  const { leftBehind } = await releaseCheckpoint(access, memory.owned);
  for (const message of leftBehind) {
    events({ type: "step-warning", step, notice: { code: "left-behind", message } });
  }
}
