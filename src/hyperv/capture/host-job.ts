import { InterruptedError, StillpointError } from "../../base/index.ts";
import {
  CimConnectionError,
  CimFault,
  type CimInstance,
  type CimMethodResult,
  type CimReference,
  type CimValue,
  isReference,
  optionalNumberOf,
  optionalTextOf,
} from "../../cim/index.ts";
import { CLASS, FINAL_JOB_STATES, JOB_STATE, METHOD, RETURN, TERMINATE_JOB } from "../cim-names.ts";
import type { HostAccess } from "./host-access.ts";
import { pauses } from "./pauses.ts";

/** How a method of the host ended. A job object that vanished says nothing: look at what it should have done. */
export type CallOutcome =
  | {
      readonly kind: "done";
      readonly out: CimMethodResult["out"];
      /** What the host job made or changed; empty for calls without a job. */
      readonly affected: readonly CimInstance[];
    }
  | { readonly kind: "failed"; readonly code: number; readonly sentence: string; readonly cause?: unknown }
  | { readonly kind: "vanished" }
  | { readonly kind: "endless" };

export interface HostCall {
  readonly target: CimReference;
  readonly method: string;
  readonly arguments: Readonly<Record<string, CimValue>>;
  readonly signal?: AbortSignal | undefined;
  /** How long its job may take; then it is asked to end. */
  readonly limitMs: number;
  /** Told the job's reference before it is waited for. */
  readonly onJob?: ((job: CimReference) => Promise<void>) | undefined;
  /** Called at each look at the job. */
  readonly onLook?: (() => Promise<void>) | undefined;
}

type Waiting = Pick<HostCall, "signal" | "limitMs" | "onLook">;

/** A lost connection in the middle of a job is tried again this often: the job goes on without us. */
const LOST_POLLS = 3;
/** How long a job that was told to end is waited for. */
const ENDING_MS = 60_000;

/**
 * Calls a method and follows the host job that it started, by the reference that it returned. Refusals of the host are
 * outcomes, not errors. When the signal fires, the job is told to end and waited for, then `InterruptedError` is thrown.
 */
export async function callHost(access: HostAccess, call: HostCall): Promise<CallOutcome> {
  let result: CimMethodResult;
  try {
    result = await access.session.invoke(call.target, call.method, {
      arguments: call.arguments,
      signal: call.signal,
    });
  } catch (error) {
    if (!(error instanceof CimFault)) throw error;
    return { kind: "failed", code: error.parts.code, sentence: error.parts.reason, cause: error };
  }
  const { returnValue, out } = result;
  if (returnValue === RETURN.done) return { kind: "done", out, affected: [] };
  if (returnValue !== RETURN.started) {
    return { kind: "failed", code: returnValue, sentence: `${call.method} returned ${returnValue}` };
  }
  const job = out["Job"];
  if (!isReference(job)) return { kind: "vanished" };
  await call.onJob?.(job);
  const ended = await followHostJob(access, job, call);
  return ended.kind === "done" ? { ...ended, out } : ended;
}

/** Waits for a host job by its reference. */
export async function followHostJob(
  access: HostAccess,
  job: CimReference,
  options: Waiting,
): Promise<CallOutcome> {
  try {
    return await pollJob(access, job, options);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    await endJob(access, job);
    throw error;
  }
}

async function pollJob(access: HostAccess, job: CimReference, options: Waiting): Promise<CallOutcome> {
  const deadline = access.clock.monotonicMs() + options.limitMs;
  const { signal } = options;
  for (const pause of pauses()) {
    const instance = await patientGet(access, job, signal);
    await options.onLook?.();
    if (instance === undefined) return { kind: "vanished" };
    const state = optionalNumberOf(instance, "JobState");
    if (state !== undefined && FINAL_JOB_STATES.has(state)) return await jobOutcome(access, instance, signal);
    if (access.clock.monotonicMs() >= deadline) {
      await endJob(access, job);
      return { kind: "endless" };
    }
    await access.clock.sleep(pause, { signal });
  }
  return { kind: "endless" };
}

/**
 * A reference that came from a method carries keys only, so the job is asked for again each time. One that the host goes
 * on refusing counts as vanished: nobody has seen with which code Windows says so (`wsman-missing-instance`).
 */
async function patientGet(
  access: HostAccess,
  job: CimReference,
  signal: AbortSignal | undefined,
): Promise<CimInstance | undefined> {
  const pausing = pauses();
  for (let attempt = 1; ; attempt++) {
    try {
      return await access.session.get(job, { signal });
    } catch (error) {
      const isRefused = error instanceof CimFault;
      if (isRefused && attempt > LOST_POLLS) return undefined;
      if (!isRefused && (!(error instanceof CimConnectionError) || attempt > LOST_POLLS)) throw error;
    }
    await access.clock.sleep(pausing.next().value, { signal });
  }
}

async function jobOutcome(
  access: HostAccess,
  job: CimInstance,
  signal: AbortSignal | undefined,
): Promise<CallOutcome> {
  const state = optionalNumberOf(job, "JobState");
  const code = optionalNumberOf(job, "ErrorCode") ?? 0;
  const isDone =
    state === JOB_STATE.completedWithWarnings || (state === JOB_STATE.completed && code === RETURN.done);
  if (!isDone) return { kind: "failed", code, sentence: sentenceOf(job) };
  return { kind: "done", out: {}, affected: await affectedBy(access, job, signal) };
}

/** The association exists only once the job is complete, and goes with it: its absence is no failure. */
async function affectedBy(
  access: HostAccess,
  job: CimInstance,
  signal: AbortSignal | undefined,
): Promise<readonly CimInstance[]> {
  if (job.reference === undefined) return [];
  try {
    return await Array.fromAsync(
      access.session.associators(job.reference, { associationClass: CLASS.affectedElement, signal }),
    );
  } catch (error) {
    if (error instanceof CimFault) return [];
    throw error;
  }
}

function sentenceOf(job: CimInstance): string {
  const said = optionalTextOf(job, "ErrorDescription") || optionalTextOf(job, "ErrorSummaryDescription");
  return said || "the host gave no reason";
}

/** Tells a job to end, and waits until it has; a job that cannot be ended runs to its own end within the limit. */
async function endJob(access: HostAccess, job: CimReference): Promise<void> {
  const deadline = access.clock.monotonicMs() + ENDING_MS;
  try {
    await access.session.invoke(job, METHOD.requestStateChange, {
      arguments: { RequestedState: TERMINATE_JOB, TimeoutPeriod: null },
    });
    for (const pause of pauses()) {
      const instance = await access.session.get(job);
      const state = instance === undefined ? undefined : optionalNumberOf(instance, "JobState");
      if (state === undefined || FINAL_JOB_STATES.has(state)) return;
      if (access.clock.monotonicMs() >= deadline) return;
      await access.clock.sleep(pause);
    }
  } catch (error) {
    // it may have ended meanwhile, or refuse, or be out of reach: what it did is looked at afterwards
    if (!(error instanceof StillpointError)) throw error;
  }
}
