import { derivedGuid } from "../state/derived-guid.ts";
import { Release } from "../state/host-version.ts";
import { settingsOf } from "../state/lineage.ts";
import type { MachineEntry } from "../state/schema.ts";
import type { CimClass, Properties } from "./host-view.ts";

type GuestService = MachineEntry["guest"]["vss"];

/** OperationalStatus of Msvm_VssComponent: hyperv-facts 1.6. Switched off, there is nobody to contact. */
const VSS_STATUS: Readonly<Record<GuestService, readonly number[]>> = {
  ok: [2],
  missing: [12],
  disabled: [12],
  failing: [13],
  "protocol-mismatch": [7, 32775],
};

/** Whether the backup service is offered to the guest: EnabledState 2, else 3 (hyperv-facts 1.6). */
export const VSS_SETTINGS: CimClass = {
  name: "Msvm_VssComponentSettingData",
  keys: ["InstanceID"],
  since: Release.server2008R2,
  instances: (view) =>
    view.host.machines.flatMap((machine) =>
      settingsOf(machine).map((entry) => ({
        InstanceID: `Microsoft:${entry.id}\\${derivedGuid(machine.id, "vss")}`,
        ElementName: "VSS",
        EnabledState: machine.guest.vss === "disabled" ? 3 : 2,
      })),
    ),
};

/** Exists while the machine runs: hyperv-facts 1.6. */
export const VSS_COMPONENT: CimClass = {
  name: "Msvm_VssComponent",
  keys: ["CreationClassName", "DeviceID", "SystemCreationClassName", "SystemName"],
  since: Release.server2008R2,
  instances: (view) =>
    view.host.machines.filter(guestRuns).map((machine) => ({
      ...componentKeys("Msvm_VssComponent", machine),
      ElementName: "VSS",
      EnabledState: machine.guest.vss === "disabled" ? 3 : 2,
      OperationalStatus: VSS_STATUS[machine.guest.vss],
    })),
};

/** Values of the guest; empty when it is off or has no data exchange service (hyperv-facts 1.6). */
export const KVP_COMPONENT: CimClass = {
  name: "Msvm_KvpExchangeComponent",
  keys: ["CreationClassName", "DeviceID", "SystemCreationClassName", "SystemName"],
  since: Release.server2008R2,
  instances: (view) =>
    view.host.machines.filter(guestRuns).map((machine) => ({
      ...componentKeys("Msvm_KvpExchangeComponent", machine),
      ElementName: "Key-Value Pair Exchange",
      EnabledState: 2,
      OperationalStatus: speaks(machine) ? [2] : [12],
      GuestExchangeItems: [],
      GuestIntrinsicExchangeItems: speaks(machine) ? intrinsicItems(machine) : [],
    })),
};

function componentKeys(className: string, machine: MachineEntry): Properties {
  return {
    CreationClassName: className,
    DeviceID: `Microsoft:${machine.id}\\${derivedGuid(machine.id, className)}`,
    SystemCreationClassName: "Msvm_ComputerSystem",
    SystemName: machine.id,
  };
}

function guestRuns(machine: MachineEntry): boolean {
  return machine.state === "running" || machine.state === "merging" || machine.state === "migrating";
}

/** A guest without integration services says nothing at all; one whose backup service fails still exchanges data. */
function speaks(machine: MachineEntry): boolean {
  return machine.guest.os !== "none" && machine.guest.vss !== "missing";
}

function intrinsicItems(machine: MachineEntry): readonly string[] {
  const values: Readonly<Record<string, string>> =
    machine.guest.os === "windows"
      ? {
          FullyQualifiedDomainName: machine.name,
          OSName: "Windows Server 2019 Standard",
          OSVersion: "10.0.17763",
          OSMajorVersion: "10",
          OSMinorVersion: "0",
          OSBuildNumber: "17763",
          OSPlatformId: "2",
          ProductType: machine.guest.domainController === true ? "2" : "3",
        }
      : {
          FullyQualifiedDomainName: machine.name,
          OSName: "Debian GNU/Linux",
          OSVersion: "6.1.0",
          OSMajorVersion: "12",
          OSBuildNumber: "6.1.0-18-amd64",
        };
  return Object.entries(values).map(([name, data]) => exchangeItem(name, data));
}

/** Source 2: filled in by the guest by itself. */
function exchangeItem(name: string, data: string): string {
  const property = (key: string, value: string): string =>
    `<PROPERTY NAME="${key}" TYPE="string"><VALUE>${escapeXml(value)}</VALUE></PROPERTY>`;
  const source = '<PROPERTY NAME="Source" TYPE="uint16"><VALUE>2</VALUE></PROPERTY>';
  return `<INSTANCE CLASSNAME="Msvm_KvpExchangeDataItem">${property("Data", data)}${property("Name", name)}${source}</INSTANCE>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
