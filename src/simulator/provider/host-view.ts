import type { CimInstance, CimReference, CimValue } from "../../cim/index.ts";
import { type Assumptions, assumptionsOf } from "../state/assumptions.ts";
import { releaseOf } from "../state/host-version.ts";
import type { HostState, MachineEntry } from "../state/schema.ts";
import { objectPath } from "./object-path.ts";

export const V2 = "root\\virtualization\\v2";
export const V1 = "root\\virtualization";
export const CIMV2 = "root\\cimv2";
/** There only on nodes of a cluster. */
export const CLUSTER = "root\\MSCluster";

export type Properties = Readonly<Record<string, CimValue>>;

/** The host as it is at one moment, for those who turn it into instances. */
export interface HostView {
  /** With the machines that this node runs. */
  readonly host: HostState;
  /** Machines of the cluster, wherever they are. */
  readonly clustered: readonly MachineEntry[];
  readonly assumptions: Assumptions;
  readonly release: number;
  readonly now: Temporal.Instant;
}

export function viewOf(state: HostState, now: Temporal.Instant): HostView {
  const clustered = state.machines.filter(({ clusterOwner }) => clusterOwner !== undefined);
  const here = state.machines.filter(({ clusterOwner = state.name }) => clusterOwner === state.name);
  // a node knows the machines of others only through the cluster: hyperv-facts 3.4
  const host = here.length === state.machines.length ? state : { ...state, machines: here };
  return { host, clustered, assumptions: assumptionsOf(host), release: releaseOf(host), now };
}

/** One class of a namespace. */
export interface CimClass {
  readonly name: string;
  readonly keys: readonly string[];
  /** The first release that has it; see `Release`. */
  readonly since: number;
  instances(view: HostView): readonly Properties[];
}

/** Names an instance by the key properties of its class. */
export function referenceTo(
  place: { readonly namespace: string; readonly className: string; readonly keys: readonly string[] },
  properties: Properties,
): CimReference {
  const { namespace, className } = place;
  const keys = place.keys.map((key) => [key, properties[key] as string]);
  return { kind: "reference", namespace, className, keys: Object.fromEntries(keys) };
}

export function instanceOf(namespace: string, cimClass: CimClass, properties: Properties): CimInstance {
  const reference = referenceTo({ namespace, className: cimClass.name, keys: cimClass.keys }, properties);
  return { kind: "instance", className: cimClass.name, reference, properties };
}

export function machineReference(id: string, namespace = V2): CimReference {
  return {
    kind: "reference",
    namespace,
    className: "Msvm_ComputerSystem",
    keys: { CreationClassName: "Msvm_ComputerSystem", Name: id },
  };
}

/** `Microsoft:<id>` of a settings object; the live one's id is the machine's. */
export function settingsReference(id: string, namespace = V2): CimReference {
  return {
    kind: "reference",
    namespace,
    className: "Msvm_VirtualSystemSettingData",
    keys: { InstanceID: `Microsoft:${id}` },
  };
}

export function settingsPath(view: HostView, id: string): string {
  return objectPath(view.host.name, settingsReference(id));
}

export function jobReference(id: string): CimReference {
  return { kind: "reference", namespace: V2, className: "Msvm_ConcreteJob", keys: { InstanceID: id } };
}

export function moment(text: string): CimValue {
  return { kind: "moment", instant: Temporal.Instant.from(text) };
}

/** Jobs of the machine that are not at their end. */
export function runningJobTypes(view: HostView, machine: MachineEntry): readonly number[] {
  return (view.host.hostJobs ?? [])
    .filter((job) => job.machine === machine.id && job.state === "running")
    .map((job) => job.type);
}
