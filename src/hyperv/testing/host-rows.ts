import type { CimInstance, CimValue } from "../../cim/index.ts";

export const ROW_MACHINE = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";

type Rows = Record<string, readonly CimInstance[]>;
type Properties = Readonly<Record<string, CimValue>>;

/** A row as a carrier gives it, with a reference made of its keys. */
export function row(
  className: string,
  properties: Properties,
  keys: readonly string[] = ["InstanceID"],
): CimInstance {
  return {
    kind: "instance",
    className,
    reference: {
      kind: "reference",
      namespace: "root\\virtualization\\v2",
      className,
      keys: Object.fromEntries(keys.map((key) => [key, keyText(properties[key])])),
    },
    properties,
  };
}

function keyText(value: CimValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** A reference as text, as `Parent` and `HostResource` carry it. */
export function pathText(className: string, instanceId: string): string {
  return `\\\\HV01\\root\\virtualization\\v2:${className}.InstanceID="${instanceId.replaceAll("\\", "\\\\")}"`;
}

/** Rows of one controller, drive and file. */
export function diskRows(
  owner: string,
  disk: { readonly controller: "ide" | "scsi"; readonly location: number; readonly path: string },
): { readonly devices: readonly CimInstance[]; readonly allocation: CimInstance } {
  const controllerId = `Microsoft:${owner}\\${disk.controller}0`;
  const driveId = `${controllerId}\\${disk.location}\\D`;
  const subtype = disk.controller === "ide" ? "Emulated IDE Controller" : "Synthetic SCSI Controller";
  return {
    devices: [
      row("Msvm_ResourceAllocationSettingData", {
        InstanceID: controllerId,
        ResourceSubType: `Microsoft:Hyper-V:${subtype}`,
        Address: disk.controller === "ide" ? "0" : "",
      }),
      row("Msvm_ResourceAllocationSettingData", {
        InstanceID: driveId,
        ResourceSubType: "Microsoft:Hyper-V:Synthetic Disk Drive",
        AddressOnParent: String(disk.location),
        Parent: pathText("Msvm_ResourceAllocationSettingData", controllerId),
      }),
    ],
    allocation: row("Msvm_StorageAllocationSettingData", {
      InstanceID: `${controllerId}\\${disk.location}\\L`,
      ResourceSubType: "Microsoft:Hyper-V:Virtual Hard Disk",
      HostResource: [disk.path],
      Parent: pathText("Msvm_ResourceAllocationSettingData", driveId),
    }),
  };
}

/** A 2019 host with one running Windows machine that has one SCSI disk; every class can be replaced. */
export function hostRows(changed: Rows = {}, machine: Properties = {}, settings: Properties = {}): Rows {
  const disk = diskRows(ROW_MACHINE, { controller: "scsi", location: 0, path: "D:\\M\\m.vhdx" });
  return {
    Win32_OperatingSystem: [
      row(
        "Win32_OperatingSystem",
        { Caption: "Windows Server 2019", Version: "10.0.17763", ProductType: 3 },
        [],
      ),
    ],
    Win32_ComputerSystem: [row("Win32_ComputerSystem", { Name: "HV01" }, ["Name"])],
    Msvm_ComputerSystem: [
      row("Msvm_ComputerSystem", { Name: "HV01", ElementName: "HV01", EnabledState: 2 }, ["Name"]),
      row(
        "Msvm_ComputerSystem",
        { Name: ROW_MACHINE, ElementName: "web01", EnabledState: 2, OperationalStatus: [2], ...machine },
        ["Name"],
      ),
    ],
    Msvm_VirtualSystemSettingData: [
      row("Msvm_VirtualSystemSettingData", {
        InstanceID: `Microsoft:${ROW_MACHINE}`,
        VirtualSystemIdentifier: ROW_MACHINE,
        VirtualSystemType: "Microsoft:Hyper-V:System:Realized",
        VirtualSystemSubType: "Microsoft:Hyper-V:SubType:2",
        Version: "9.0",
        UserSnapshotType: 3,
        ...settings,
      }),
    ],
    Msvm_ResourceAllocationSettingData: disk.devices,
    Msvm_StorageAllocationSettingData: [disk.allocation],
    Msvm_VssComponentSettingData: [
      row("Msvm_VssComponentSettingData", { InstanceID: `Microsoft:${ROW_MACHINE}\\VSS`, EnabledState: 2 }),
    ],
    Msvm_VssComponent: [
      row("Msvm_VssComponent", { SystemName: ROW_MACHINE, OperationalStatus: [2] }, ["SystemName"]),
    ],
    Msvm_KvpExchangeComponent: [
      row(
        "Msvm_KvpExchangeComponent",
        {
          SystemName: ROW_MACHINE,
          GuestIntrinsicExchangeItems: [exchangeItem("OSName", "Windows Server 2019")],
        },
        ["SystemName"],
      ),
    ],
    ...changed,
  };
}

/** An item of data exchange, as the host writes it. */
export function exchangeItem(name: string, data: string): string {
  const property = (key: string, value: string): string =>
    `<PROPERTY NAME="${key}" TYPE="string"><VALUE>${value}</VALUE></PROPERTY>`;
  return `<INSTANCE CLASSNAME="Msvm_KvpExchangeDataItem">${property("Data", data)}${property("Name", name)}<PROPERTY NAME="Source" TYPE="uint16"><VALUE>2</VALUE></PROPERTY></INSTANCE>`;
}
