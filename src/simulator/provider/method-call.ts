import {
  type CimInstance,
  type CimMethodResult,
  type CimReference,
  type CimValue,
  isInstance,
  isReference,
} from "../../cim/index.ts";
import type { ActContext } from "../acts/act-context.ts";
import type { JobWork } from "../acts/perform-job.ts";
import { HyperVCode } from "../acts/refusals.ts";
import { startHostJob } from "../state/host-jobs.ts";
import type { FaultEntry } from "../state/scenario.ts";
import type { MachineEntry } from "../state/schema.ts";
import { type HostView, jobReference } from "./host-view.ts";

/** One call of a method, with the scripted fault that it meets. */
export interface MethodCall {
  readonly context: ActContext;
  readonly view: HostView;
  readonly on: CimReference;
  readonly arguments: Readonly<Record<string, CimValue>>;
  readonly fault: FaultEntry["instead"] | undefined;
}

export interface CimMethod {
  readonly className: string;
  readonly name: string;
  /** A scripted error code becomes the host job's outcome instead of the return value. */
  readonly byJob?: true;
  answer(call: MethodCall): CimMethodResult | Promise<CimMethodResult>;
}

export function returned(returnValue: number, out: CimMethodResult["out"] = {}): CimMethodResult {
  return { returnValue, out };
}

/** Starts a host job and answers 4096; what the job makes is not known yet, so the out references are empty. */
export function startedJob(
  call: MethodCall,
  job: { readonly type: number; readonly machine: MachineEntry; readonly work: JobWork },
): CimMethodResult {
  const { context, fault } = call;
  const failure = typeof fault === "object" ? scriptedFailure(fault) : undefined;
  const entry = startHostJob(context.host, { ...job, work: { ...(failure ?? job.work) } }, context);
  if (fault === "never-ends") entry.neverEnds = true;
  if (fault === "job-vanishes") entry.vanishes = true;
  return returned(HyperVCode.jobStarted, { Job: jobReference(entry.id) });
}

function scriptedFailure(fault: Extract<FaultEntry["instead"], object>): JobWork {
  return { kind: "fail", errorCode: fault.errorCode, errorDescription: fault.errorDescription };
}

export function referenceArgument(call: MethodCall, name: string): CimReference | undefined {
  const value = argument(call, name);
  return isReference(value) ? value : undefined;
}

export function instanceArgument(call: MethodCall, name: string): CimInstance | undefined {
  const value = argument(call, name);
  return isInstance(value) ? value : undefined;
}

/** Names of parameters are compared without case, as WMI does. */
export function argument(call: MethodCall, name: string): CimValue | undefined {
  const found = Object.entries(call.arguments).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found?.[1];
}

export function machineArgument(call: MethodCall, name: string): MachineEntry | undefined {
  const id = String(referenceArgument(call, name)?.keys["Name"] ?? "").toUpperCase();
  return call.context.host.machines.find((machine) => machine.id === id);
}

/** The settings object's id in the reference's InstanceID. */
export function settingsArgument(call: MethodCall, name: string): string | undefined {
  const text = String(referenceArgument(call, name)?.keys["InstanceID"] ?? "");
  return /^Microsoft:([0-9a-f-]{36})$/i.exec(text)?.[1]?.toUpperCase();
}
