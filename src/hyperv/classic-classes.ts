import type { DeclaredClass } from "../cim/index.ts";
import { CIMV2, CLASS, VIRTUALIZATION_V1 } from "./cim-names.ts";

const RESOURCE_PROPERTIES = {
  InstanceID: "string",
  ElementName: "string",
  ResourceType: "uint16",
  ResourceSubType: "string",
  Address: "string",
  Parent: "string",
  PoolID: "string",
  Connection: "string[]",
  HostResource: "string[]",
};
const DEVICE_KEYS = ["CreationClassName", "DeviceID", "SystemCreationClassName", "SystemName"];
const DEVICE_PROPERTIES = {
  CreationClassName: "string",
  DeviceID: "string",
  SystemCreationClassName: "string",
  SystemName: "string",
  ElementName: "string",
  EnabledState: "uint16",
  OperationalStatus: "uint16[]",
};
const SERVICE = {
  namespace: VIRTUALIZATION_V1,
  keys: ["CreationClassName", "Name", "SystemCreationClassName", "SystemName"],
  properties: {
    CreationClassName: "string",
    Name: "string",
    SystemCreationClassName: "string",
    SystemName: "string",
    ElementName: "string",
  },
};

/**
 * What Windows Server 2008 and 2008 R2 declare of the classes that are read there (the reference pages of the
 * Virtualization WMI Provider, hyperv-facts 4). Over WS-Management these hosts do not describe their classes: without
 * this an array of one looks like a single value, and a name of digits like a number.
 */
export const CLASSIC_CLASSES: readonly DeclaredClass[] = [
  {
    namespace: CIMV2,
    className: CLASS.operatingSystem,
    keys: ["Name"],
    properties: {
      Name: "string",
      Caption: "string",
      Version: "string",
      BuildNumber: "string",
      CSName: "string",
      WindowsDirectory: "string",
      ProductType: "uint32",
    },
  },
  {
    namespace: CIMV2,
    className: CLASS.hostComputer,
    keys: ["Name"],
    properties: { Name: "string", Caption: "string", DNSHostName: "string", Domain: "string" },
  },
  {
    namespace: CIMV2,
    className: CLASS.process,
    keys: ["Handle"],
    properties: { Handle: "string", Name: "string", CommandLine: "string", ProcessId: "uint32" },
  },
  {
    namespace: VIRTUALIZATION_V1,
    className: CLASS.computerSystem,
    keys: ["CreationClassName", "Name"],
    properties: {
      CreationClassName: "string",
      Name: "string",
      ElementName: "string",
      Caption: "string",
      Description: "string",
      EnabledState: "uint16",
      HealthState: "uint16",
      OperationalStatus: "uint16[]",
      OnTimeInMilliseconds: "uint64",
      ProcessID: "uint32",
      TimeOfLastStateChange: "datetime",
    },
  },
  {
    namespace: VIRTUALIZATION_V1,
    className: CLASS.settings,
    keys: ["InstanceID"],
    properties: {
      InstanceID: "string",
      SystemName: "string",
      ElementName: "string",
      SettingType: "uint16",
      Parent: "string",
      Notes: "string",
      CreationTime: "datetime",
    },
  },
  {
    namespace: VIRTUALIZATION_V1,
    className: CLASS.globalSettings,
    keys: ["InstanceID"],
    properties: {
      InstanceID: "string",
      SystemName: "string",
      ElementName: "string",
      ExternalDataRoot: "string",
      SnapshotDataRoot: "string",
    },
  },
  {
    namespace: VIRTUALIZATION_V1,
    className: CLASS.resourceAllocation,
    keys: ["InstanceID"],
    properties: RESOURCE_PROPERTIES,
  },
  {
    namespace: VIRTUALIZATION_V1,
    className: CLASS.diskDrive,
    keys: DEVICE_KEYS,
    properties: { ...DEVICE_PROPERTIES, DriveNumber: "uint32", MaxMediaSize: "uint64" },
  },
  {
    namespace: VIRTUALIZATION_V1,
    className: CLASS.vssSettings,
    keys: ["InstanceID"],
    properties: { InstanceID: "string", ElementName: "string", EnabledState: "uint16" },
  },
  {
    namespace: VIRTUALIZATION_V1,
    className: CLASS.vssComponent,
    keys: DEVICE_KEYS,
    properties: DEVICE_PROPERTIES,
  },
  {
    namespace: VIRTUALIZATION_V1,
    className: CLASS.kvpComponent,
    keys: DEVICE_KEYS,
    properties: {
      ...DEVICE_PROPERTIES,
      GuestExchangeItems: "string[]",
      GuestIntrinsicExchangeItems: "string[]",
    },
  },
  {
    namespace: VIRTUALIZATION_V1,
    className: CLASS.hostJob,
    keys: ["InstanceID"],
    properties: {
      InstanceID: "string",
      JobType: "uint16",
      JobState: "uint16",
      ErrorCode: "uint16",
      ErrorDescription: "string",
      PercentComplete: "uint16",
    },
  },
  { ...SERVICE, className: CLASS.managementService },
  { ...SERVICE, className: CLASS.imageService },
];
