import { type Guid, type Notice, StillpointError, throwIfInterrupted } from "../../../base/index.ts";
import {
  ApplicationConsistencyRequiredError,
  MachineChangedError,
  ShadowCopyFailedError,
  WriterFailedError,
} from "../../errors.ts";
import { isReplicaLink, isWaitingReplica } from "../../forecast/admission.ts";
import type { HeldMachine } from "../../held-machine.ts";
import { isSince } from "../../inventory/host-generation.ts";
import type { MachineInventory } from "../../inventory/machine-inventory.ts";
import type { Attempt, AttemptOutcome } from "../attempt.ts";
import { treeLines } from "../fingerprint.ts";
import { GuestWatch } from "../guest-watch.ts";
import { type HostAccess, readMachine, readMachineTree } from "../host-access.ts";
import { refuseUnreadableShadows } from "../readable-places.ts";
import {
  type GuestEntry,
  type GuestOutcome,
  guestNotices,
  keepRunning,
  recordRunningGuest,
} from "../running-guest.ts";
import { watchWhile } from "../watch-while.ts";
import { cleanShadowEntry } from "./clean-shadow-entry.ts";
import { describeShadowHold } from "./describe-shadow-hold.ts";
import { confirmReadable, heldByShadowCopy } from "./held-shadow-copy.ts";
import { holdWithoutService, maySwitchService } from "./hold-without-service.ts";
import { inspectWriters, type WriterReport } from "./inspect-writers.ts";
import { makeShadowCopy, type ShadowOutcome } from "./make-shadow-copy.ts";
import { unlessNoProgram } from "./run-diskshadow.ts";
import { ShadowCustody } from "./shadow-custody.ts";
import { type ShadowedVolume, ShadowView } from "./shadow-view.ts";
import { placesOfMachine, volumesOf } from "./shadow-volumes.ts";
import type { VssFailure } from "./vss-failure.ts";
import { VSS_OBJECT_NOT_FOUND } from "./vss-names.ts";

/**
 * One attempt by the Hyper-V VSS writer: record, ask for writers, make, look that the guest runs, look again. One machine
 * in each set: a machine that fails must not take others with it. Whatever fails after the record is undone before it is
 * told.
 */
export async function attemptShadowCopy(
  access: HostAccess,
  attempt: Attempt,
  tries: Tries = "first",
): Promise<AttemptOutcome> {
  const { machine, context } = attempt;
  const { options } = context;
  await refuseUnreadableShadows(access, machine);
  const custody = await ShadowCustody.record(access, machine, options.run);
  let failure: VssFailure;
  let report: WriterReport;
  try {
    report = reportFor(tries, await inspectWriters(access, custody.facts.paths, machine));
    refuseLess(attempt, report.method === "still" || report.method === "saved" ? "announced" : "hoped");
    await custody.amend({ before: report.standing });
    const made = await makeGuarded(access, custody, { ...attempt, report });
    if (made.kind === "made") {
      return { kind: "held", held: await settle(access, custody, { ...attempt, report, made }) };
    }
    failure = made.failure;
  } catch (error) {
    if (error instanceof StillpointError) await discard(access, custody, attempt);
    throw unlessNoProgram(error, { machine: { id: machine.id, name: machine.name } });
  }
  await discard(access, custody, attempt);
  return await afterFailure(access, { ...attempt, report, failure }, tries);
}

type Tries = "first" | "last" | "without-service";

/** With its backup service switched off a guest takes no part, also where the writer has not noticed, or says it otherwise. */
function reportFor(tries: Tries, report: WriterReport): WriterReport {
  if (tries !== "without-service" || report.method === "saved") return report;
  return { ...report, method: "switched-off" };
}

/**
 * Nothing of the attempt is left. requirements.md 1: a machine that the writer fails although it said "Online" is tried
 * once more, then, where that is allowed, without its guest. So is one whose script named what was gone when it ran.
 */
async function afterFailure(
  access: HostAccess,
  attempt: Attempt & { readonly report: WriterReport; readonly failure: VssFailure },
  tries: Tries,
): Promise<AttemptOutcome> {
  const { machine, failure, report } = attempt;
  const isGuestFault = failure.ofWriter && report.method === "guest";
  const maySwitch = isGuestFault && maySwitchService(access, attempt);
  if (isBusy(machine, failure) && !maySwitch) {
    return { kind: "busy", machine, busy: busyOf(machine, failure) };
  }
  if ((isGuestFault || isOutdated(failure)) && tries === "first") {
    return await attemptShadowCopy(access, attempt, "last");
  }
  if (maySwitch && tries === "last") {
    const outcome = await holdWithoutService(access, attempt, async () => {
      return await attemptShadowCopy(access, attempt, "without-service");
    });
    if (outcome !== undefined) return outcome;
  }
  throw failureError(machine, failure);
}

/** Another machine that is excluded may go away between the list and the script (docs/unconfirmed.md, diskshadow-excluded-absent). */
function isOutdated(failure: VssFailure): boolean {
  return failure.code === VSS_OBJECT_NOT_FOUND;
}

/**
 * Before 2012 R2 Hyper-V does not refuse to back up a replica that applies a log, and the copy may be inconsistent: a
 * replication that says something else afterwards counts as such.
 */
async function replicaMoved(access: HostAccess, machine: MachineInventory): Promise<VssFailure | undefined> {
  if (isSince(access.host.generation, "2012r2") || !isWaitingReplica(machine)) return undefined;
  const now = await readMachine(access, machine.id);
  if (now !== undefined && JSON.stringify(now.replication) === JSON.stringify(machine.replication))
    return undefined;
  const sentence = "its replication went on while the shadow copy was made";
  return { code: undefined, retry: "busy", ofWriter: false, sentence, hostSentence: undefined };
}

interface MadeShadow {
  readonly kind: "made";
  readonly volumes: readonly ShadowedVolume[];
  readonly watch: GuestWatch;
  readonly outcome: GuestOutcome | undefined;
  /** A guest that could not be made to run again yet. */
  readonly standing: GuestEntry | undefined;
}

/** Makes the shadow copies, and does not go on before a guest that ran runs again. */
async function makeGuarded(
  access: HostAccess,
  custody: ShadowCustody,
  attempt: Attempt & { readonly report: WriterReport },
): Promise<MadeShadow | Extract<ShadowOutcome, { readonly kind: "failed" }>> {
  const { machine, report, context } = attempt;
  const { options } = context;
  const places = await placesOfMachine(access, machine, options);
  const volumes = volumesOf(places, report.component);
  throwIfInterrupted(options.signal);
  const watch = new GuestWatch(access, machine);
  const guest =
    machine.power === "running" ? await recordRunningGuest(access, machine, options.run) : undefined;
  const keep = async (): Promise<GuestOutcome | undefined> =>
    guest === undefined ? undefined : await keepRunning(access, guest, watch);
  let made: ShadowOutcome;
  try {
    const { writers, otherComponents } = report;
    made = await watchWhile(access, watch, async () => {
      return await makeShadowCopy(access, custody, { volumes, writers, otherComponents });
    });
  } catch (error) {
    if (error instanceof StillpointError) warn(attempt, guestNotices(await keep()));
    throw error;
  }
  const outcome = await keep();
  warn(attempt, guestNotices(outcome));
  if (made.kind === "failed") {
    warn(attempt, interruptedInVain(watch));
    return made;
  }
  const moved = await replicaMoved(access, machine);
  if (moved !== undefined) return { kind: "failed", failure: moved };
  return { ...made, watch, outcome, standing: outcome?.kind === "left" ? guest : undefined };
}

/** Looks at the machine again and puts together what is held. */
async function settle(
  access: HostAccess,
  custody: ShadowCustody,
  attempt: Attempt & { readonly report: WriterReport; readonly made: MadeShadow },
): Promise<HeldMachine> {
  const { machine, forecast, context, report, made } = attempt;
  const { options } = context;
  throwIfInterrupted(options.signal);
  const names = { id: machine.id, name: machine.name };
  const after = await readMachineTree(access, machine.id, options);
  if (after === undefined || treeLines(after).join("\n") !== treeLines(machine).join("\n")) {
    const state = after === undefined ? "is gone" : "got another checkpoint tree";
    throw new MachineChangedError(
      `Cannot hold "${machine.name}": it ${state} while its shadow copy was made`,
      {
        machine: names,
      },
    );
  }
  const view = new ShadowView(access.files, made.volumes);
  const facts = await describeShadowHold(access, {
    forecast,
    before: machine,
    after,
    view,
    method: report.method,
    watch: made.watch,
    guestNotices: guestNotices(made.outcome),
    attempts: context.attempt,
    options,
  });
  for (const { viewLeaf } of facts.disks) await confirmReadable(view, viewLeaf, names);
  if (facts.reached === "crash") refuseLess(attempt, "announced");
  const { standing } = made;
  return heldByShadowCopy(facts, { access, custody: custody.facts, view, options, standing });
}

/** @throws {ApplicationConsistencyRequiredError} when the guest takes no part and the caller wants that it does */
function refuseLess(attempt: Attempt, crash: "announced" | "hoped"): void {
  const { machine, context } = attempt;
  const isRequired = context.options.requireApplication === true && machine.power === "running";
  if (!isRequired || crash === "hoped") return;
  throw new ApplicationConsistencyRequiredError(
    `Cannot back up "${machine.name}": the Hyper-V VSS writer holds it without its guest, wanted application-consistent`,
    { machine: { id: machine.id, name: machine.name } },
  );
}

/** Undoes an attempt that did not become a hold. Never throws a Stillpoint error: the attempt's own failure is the news. */
async function discard(access: HostAccess, custody: ShadowCustody, attempt: Attempt): Promise<void> {
  const { machineName } = custody.facts;
  try {
    const { leftBehind } = await cleanShadowEntry(access, custody.facts);
    warn(attempt, leftBehind.map(leftBehindNotice));
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    const message = `machine "${machineName}": what the failed attempt left is not known: ${error.message}`;
    warn(attempt, [leftBehindNotice(message)]);
  }
}

/** Seconds that no restore point will tell, because the attempt became none. */
function interruptedInVain(watch: GuestWatch): readonly Notice[] {
  if (watch.interruptedSeconds === 0) return [];
  const message = `the guest was interrupted for ${watch.interruptedSeconds} s by a shadow copy that failed`;
  return [{ code: "guest-interrupted", message }];
}

function leftBehindNotice(message: string): Notice {
  return { code: "left-behind", message };
}

function warn(attempt: Attempt, notices: readonly Notice[]): void {
  const { events, step } = attempt.context.options;
  for (const notice of notices) events({ type: "step-warning", step, notice });
}

/** Since 2012 R2 a replica that applies a log fails a backup on purpose (hyperv-facts 6). */
function isBusy(machine: MachineInventory, failure: VssFailure): boolean {
  const isReplica = machine.power !== "running" && machine.replication.some(isReplicaLink);
  return failure.retry === "busy" || (isReplica && failure.ofWriter);
}

function busyOf(
  machine: MachineInventory,
  failure: VssFailure,
): Extract<AttemptOutcome, { readonly kind: "busy" }>["busy"] {
  const replica = machine.power === "running" ? undefined : machine.replication.find(isReplicaLink);
  const blocking =
    replica === undefined
      ? failure.sentence
      : `replication (${replica.state}, health ${replica.health}), or ${failure.sentence}`;
  return { code: "machine-busy", blocking, hostSentence: failure.hostSentence };
}

function failureError(machine: { readonly id: Guid; readonly name: string }, failure: VssFailure): Error {
  const { code, hostSentence, sentence, ofWriter, retry } = failure;
  const facts = {
    machine: { id: machine.id, name: machine.name },
    retry: retry === "busy" ? ("later" as const) : retry,
    hostCode: code,
    hostSentence,
  };
  const said = hostSentence === undefined ? "" : `. The host says: ${hostSentence}`;
  return ofWriter
    ? new WriterFailedError(
        `Cannot hold "${machine.name}": the Hyper-V VSS writer failed it, ${sentence}${said}`,
        facts,
      )
    : new ShadowCopyFailedError(`Cannot hold "${machine.name}": no shadow copy, ${sentence}${said}`, facts);
}
