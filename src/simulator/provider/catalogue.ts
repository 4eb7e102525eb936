import { Release } from "../state/host-version.ts";
import { CLASSIC_GLOBAL_SETTINGS, CLASSIC_RESOURCES, CLASSIC_SETTINGS } from "./classic-classes.ts";
import { CLUSTER_RESOURCE } from "./cluster-class.ts";
import { WbemCode, wmiFault } from "./faults-of-wmi.ts";
import { KVP_COMPONENT, VSS_COMPONENT, VSS_SETTINGS } from "./guest-classes.ts";
import { CIMV2, type CimClass, CLUSTER, type HostView, V1, V2 } from "./host-view.ts";
import { CONCRETE_JOB } from "./job-class.ts";
import { COMPUTER_SYSTEM } from "./machine-classes.ts";
import { ETHERNET_CONNECTION, ETHERNET_PORT } from "./network-classes.ts";
import { REPLICATION_RELATIONSHIP } from "./replication-class.ts";
import {
  IMAGE_SERVICE,
  MANAGEMENT_SERVICE,
  OPERATING_SYSTEM,
  PROCESS,
  SNAPSHOT_SERVICE,
  WINDOWS_COMPUTER,
} from "./service-classes.ts";
import {
  MERGE_SETTINGS,
  MOST_CURRENT,
  SECURITY_SETTINGS,
  SNAPSHOT_OF_SYSTEM,
  SYSTEM_SETTINGS,
} from "./settings-classes.ts";
import { SHADOW_COPY } from "./shadow-copy-class.ts";
import {
  ASSIGNED_DEVICE,
  DISK_DRIVE_CLASS,
  RESOURCE_ALLOCATION,
  STORAGE_ALLOCATION,
} from "./storage-classes.ts";

interface Namespace {
  readonly name: string;
  /** Releases that have it, the upper bound not included. */
  readonly since: number;
  readonly until: number;
  readonly classes: readonly CimClass[];
  /** Present where only some hosts have it. */
  readonly isThere?: (view: HostView) => boolean;
}

/** v2 came with 2012; the older one was still there on 2012 (hyperv-facts 1.1, 4). */
const NAMESPACES: readonly Namespace[] = [
  {
    name: CIMV2,
    since: 0,
    until: Number.POSITIVE_INFINITY,
    classes: [OPERATING_SYSTEM, WINDOWS_COMPUTER, PROCESS, SHADOW_COPY],
  },
  {
    name: CLUSTER,
    since: Release.server2008,
    until: Number.POSITIVE_INFINITY,
    classes: [CLUSTER_RESOURCE],
    isThere: ({ clustered }) => clustered.length > 0,
  },
  {
    name: V1,
    since: Release.server2008,
    until: Release.server2012R2,
    classes: [
      COMPUTER_SYSTEM,
      CLASSIC_SETTINGS,
      CLASSIC_GLOBAL_SETTINGS,
      CLASSIC_RESOURCES,
      DISK_DRIVE_CLASS,
      VSS_SETTINGS,
      VSS_COMPONENT,
      KVP_COMPONENT,
      CONCRETE_JOB,
      MANAGEMENT_SERVICE,
      IMAGE_SERVICE,
    ],
  },
  {
    name: V2,
    since: Release.server2012,
    until: Number.POSITIVE_INFINITY,
    classes: [
      COMPUTER_SYSTEM,
      SYSTEM_SETTINGS,
      STORAGE_ALLOCATION,
      RESOURCE_ALLOCATION,
      ASSIGNED_DEVICE,
      DISK_DRIVE_CLASS,
      ETHERNET_PORT,
      ETHERNET_CONNECTION,
      VSS_SETTINGS,
      VSS_COMPONENT,
      KVP_COMPONENT,
      REPLICATION_RELATIONSHIP,
      MOST_CURRENT,
      SNAPSHOT_OF_SYSTEM,
      SECURITY_SETTINGS,
      MERGE_SETTINGS,
      CONCRETE_JOB,
      SNAPSHOT_SERVICE,
      MANAGEMENT_SERVICE,
      IMAGE_SERVICE,
    ],
  },
];

/** The classes that this host has in a namespace. @throws {CimFault} 0x8004100E when it has no such namespace. */
export function classesOf(view: HostView, namespace: string): readonly CimClass[] {
  const wanted = namespace.replaceAll("/", "\\").toLowerCase();
  const found = NAMESPACES.find(
    (one) => one.name.toLowerCase() === wanted && view.release >= one.since && view.release < one.until,
  );
  if (found === undefined || found.isThere?.(view) === false)
    throw wmiFault(WbemCode.invalidNamespace, `a call to "${namespace}"`);
  return found.classes.filter((one) => view.release >= one.since);
}

/** @throws {CimFault} 0x80041010 when this release has no such class. */
export function classOf(view: HostView, namespace: string, className: string): CimClass {
  const found = classesOf(view, namespace).find((one) => one.name.toLowerCase() === className.toLowerCase());
  if (found === undefined) throw wmiFault(WbemCode.invalidClass, `a call to "${className}"`);
  return found;
}
