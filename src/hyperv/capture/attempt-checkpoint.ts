import { type Guid, type Notice, StillpointError } from "../../base/index.ts";
import { checkpointName } from "../checkpoint-name.ts";
import {
  ApplicationConsistencyRequiredError,
  CaptureMethodNotAvailableError,
  CheckpointFailedError,
} from "../errors.ts";
import { forecastMachine } from "../forecast/forecast.ts";
import type { Forecast } from "../forecast/forecast-types.ts";
import type { HeldMachine, HoldOptions } from "../held-machine.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { Attempt, AttemptOutcome } from "./attempt.ts";
import { type Busy, busyFromFailure } from "./busy.ts";
import { describeHold } from "./describe-hold.ts";
import { discardAttempt } from "./discard-attempt.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { GuestWatch } from "./guest-watch.ts";
import { heldByCheckpoint } from "./held-checkpoint.ts";
import { type HostAccess, readMachine, readMachineTree } from "./host-access.ts";
import { type CheckpointLevel, type MakingOutcome, makeCheckpoint } from "./make-checkpoint.ts";
import { CustodyKeeper, leavesOf } from "./recovery-custody.ts";
import { renameCheckpoint } from "./rename-checkpoint.ts";
import { changedLeaves } from "./standing-disks.ts";

/** The host makes no backup checkpoint of the machine, whose settings forbid checkpoints: a shadow copy may do. */
export interface CheckpointRefused {
  readonly kind: "refused";
  readonly sentence: string;
  readonly error: Error;
}

/**
 * One attempt by a recovery checkpoint: record, make, look again. Whatever fails after the record is undone before it is
 * told.
 */
export async function attemptCheckpoint(
  access: HostAccess,
  attempt: Attempt,
): Promise<AttemptOutcome | CheckpointRefused> {
  const { machine, forecast, context } = attempt;
  const { options } = context;
  const custody = await CustodyKeeper.record(access, machine, { run: options.run });
  let failure: Failure;
  try {
    const made = await makeAtBestLevel(access, custody, { machine, forecast, context });
    if (made.kind === "made") {
      return { kind: "held", held: await settle(access, custody, { machine, forecast, context, made }) };
    }
    if (made.kind === "lost") throw lostError(machine, made.sentence);
    failure = made;
  } catch (error) {
    if (error instanceof StillpointError) await discardAttempt(access, custody.facts, options);
    throw error;
  }
  await custody.strike(); // the host itself says that it made none
  const busy = busyFromFailure(machine, failure) ?? (await busyMeanwhile(access, machine, options));
  if (busy !== undefined) return { kind: "busy", machine, busy };
  const error = failureError(attempt, failure);
  if (error instanceof CaptureMethodNotAvailableError) {
    return { kind: "refused", sentence: `${failure.sentence} (${failure.code})`, error };
  }
  throw error;
}

interface Made {
  readonly kind: "made";
  readonly checkpoint: Guid;
  readonly level: CheckpointLevel;
  readonly fallback?: Notice | undefined;
  readonly interruptedSeconds: number;
}

type Failure = Extract<MakingOutcome, { readonly kind: "failed" }>;

/** Level application where the forecast says so; when the guest fails in it, level crash, unless more is required. */
async function makeAtBestLevel(
  access: HostAccess,
  custody: CustodyKeeper,
  attempt: Attempt,
): Promise<Made | Exclude<MakingOutcome, { readonly kind: "made" }>> {
  const { machine, forecast, context } = attempt;
  const { options } = context;
  const { signal } = options;
  const watch = new GuestWatch(access, machine);
  const onLook = forecast.interruptsGuest === "possible" ? (): Promise<void> => watch.look() : undefined;
  const make = async (level: CheckpointLevel): Promise<MakingOutcome> =>
    await makeCheckpoint(access, custody, { machine, level, signal, onLook });
  const level = asksGuest(forecast) ? "application" : "crash";
  const first = await make(level);
  if (first.kind === "made") return { ...first, level, interruptedSeconds: watch.interruptedSeconds };
  const mayFallBack = level === "application" && options.requireApplication !== true;
  if (first.kind === "lost" || !mayFallBack || busyFromFailure(machine, first) !== undefined) return first;
  if ((await busyMeanwhile(access, machine, options)) !== undefined) return first; // the guest is not to blame
  const fallback: Notice = {
    code: "forecast-differs",
    message: `the forecast was ${forecast.consistency ?? "none"}, reached is crash: the guest could not hold still. Hyper-V says: ${first.sentence}`,
  };
  options.events({ type: "step-warning", step: options.step, notice: fallback });
  const second = await make("crash");
  if (second.kind !== "made") return second;
  return { ...second, level: "crash", fallback, interruptedSeconds: watch.interruptedSeconds };
}

/** Another backup may have begun since the machine was looked at: then its checkpoint is what the host refuses for. */
async function busyMeanwhile(
  access: HostAccess,
  machine: MachineInventory,
  options: HoldOptions,
): Promise<Busy | undefined> {
  const now = await readMachine(access, machine.id, options);
  if (now === undefined || now.recoveryCheckpoints.length === 0) return undefined;
  const { refusal, reason } = forecastMachine(now, access.host, { wishes: options });
  return refusal?.kind === "busy" ? { code: refusal.code, blocking: reason } : undefined;
}

function asksGuest(forecast: Forecast): boolean {
  return forecast.consistency === "application" || forecast.consistency === "filesystem";
}

/** Names the checkpoint, reads the machine again, and puts together what is held. */
async function settle(
  access: HostAccess,
  custody: CustodyKeeper,
  attempt: Attempt & { readonly made: Made },
): Promise<HeldMachine> {
  const { machine, forecast, context, made } = attempt;
  const { options } = context;
  const after = await readMachineTree(access, machine.id, options);
  const checkpoint = after?.recoveryCheckpoints.find(({ id }) => id === made.checkpoint);
  if (after === undefined || checkpoint === undefined) {
    throw new CheckpointFailedError(
      `Cannot hold "${machine.name}": the host said that its checkpoint ${made.checkpoint} is made, and does not list it`,
      { machine: { id: machine.id, name: machine.name } },
    );
  }
  await custody.amend({ standing: changedLeaves(custody.facts.leaves, leavesOf(after)) });
  await renameCheckpoint(access, checkpoint, { name: checkpointName(options.run), options });
  const { level, fallback, interruptedSeconds } = made;
  const facts = await describeHold(access, {
    forecast,
    before: machine,
    after,
    checkpoint,
    level,
    fallback,
    interruptedSeconds,
    attempts: context.attempt,
    exclusions: options.excludeDisks ?? [],
  });
  context.onHeld(made.checkpoint);
  return heldByCheckpoint(facts, {
    access,
    owned: { ...custody.facts, checkpoint: made.checkpoint },
    fingerprint: fingerprintOf(after, made.checkpoint),
    options,
    onReleased: () => {
      context.onReleased(made.checkpoint);
    },
  });
}

function lostError(machine: MachineInventory, sentence: string): StillpointError {
  return new CheckpointFailedError(`Cannot hold "${machine.name}": ${sentence}`, {
    machine: { id: machine.id, name: machine.name },
    hostSentence: sentence,
  });
}

function failureError(attempt: Attempt, failure: Failure): StillpointError {
  const { machine, forecast, context } = attempt;
  const facts = {
    machine: { id: machine.id, name: machine.name },
    cause: failure.cause,
    hostCode: failure.code,
    hostSentence: failure.sentence,
  };
  const said = `Hyper-V says: ${failure.sentence} (${failure.code})`;
  if (context.options.requireApplication === true && asksGuest(forecast)) {
    return new ApplicationConsistencyRequiredError(
      `Cannot back up "${machine.name}": its guest could not hold still, wanted application-consistent. ${said}`,
      facts,
    );
  }
  if (forecast.interruptsGuest === "possible") {
    return new CaptureMethodNotAvailableError(
      `Cannot back up "${machine.name}": checkpoints are switched off in its settings, the host refuses one for backup, and there are no shadow copies to fall back to here. ${said}`,
      facts,
    );
  }
  return new CheckpointFailedError(
    `Cannot hold "${machine.name}": its checkpoint could not be made. ${said}`,
    facts,
  );
}
