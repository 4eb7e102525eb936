import type { DeclaredClass } from "../cim/index.ts";
import { CIMV2, CLASS, VIRTUALIZATION_V2 } from "./cim-names.ts";

const ELEMENT = { InstanceID: "string", ElementName: "string" };
const RESOURCE = {
  ...ELEMENT,
  ResourceType: "uint16",
  ResourceSubType: "string",
  PoolID: "string",
  Address: "string",
  AddressOnParent: "string",
  Parent: "string",
  Connection: "string[]",
  HostResource: "string[]",
  PersistentReservationsSupported: "boolean",
  SnapshotId: "string",
};
const DEVICE = {
  CreationClassName: "string",
  DeviceID: "string",
  SystemCreationClassName: "string",
  SystemName: "string",
  ElementName: "string",
  EnabledState: "uint16",
  HealthState: "uint16",
  OperationalStatus: "uint16[]",
};
const DEVICE_KEYS = ["CreationClassName", "DeviceID", "SystemCreationClassName", "SystemName"];
const SERVICE = {
  CreationClassName: "string",
  Name: "string",
  SystemCreationClassName: "string",
  SystemName: "string",
  ElementName: "string",
};
const SERVICE_KEYS = ["CreationClassName", "Name", "SystemCreationClassName", "SystemName"];
const REPLICATION = { ReplicationState: "uint16", ReplicationHealth: "uint16", ReplicationMode: "uint16" };

/** What is read of each class: keys, then properties with their types. */
const V2: Readonly<
  Partial<Record<keyof typeof CLASS, readonly [readonly string[], Readonly<Record<string, string>>]>>
> = {
  computerSystem: [
    ["CreationClassName", "Name"],
    {
      CreationClassName: "string",
      Name: "string",
      ElementName: "string",
      Caption: "string",
      Description: "string",
      InstallDate: "datetime",
      EnabledState: "uint16",
      HealthState: "uint16",
      OperationalStatus: "uint16[]",
      StatusDescriptions: "string[]",
      OnTimeInMilliseconds: "uint64",
      ProcessID: "uint32",
      LastReplicationTime: "datetime",
      TimeOfLastStateChange: "datetime",
      ...REPLICATION,
    },
  ],
  settings: [
    ["InstanceID"],
    {
      ...ELEMENT,
      VirtualSystemIdentifier: "string",
      VirtualSystemType: "string",
      VirtualSystemSubType: "string",
      Notes: "string[]",
      CreationTime: "datetime",
      ConfigurationID: "string",
      ConfigurationDataRoot: "string",
      ConfigurationFile: "string",
      SnapshotDataRoot: "string",
      SuspendDataRoot: "string",
      GuestStateDataRoot: "string",
      GuestStateFile: "string",
      Version: "string",
      Parent: "string",
      IsSaved: "boolean",
      UserSnapshotType: "uint16",
      ConsistencyLevel: "uint8",
    },
  ],
  resourceAllocation: [["InstanceID"], RESOURCE],
  storageAllocation: [["InstanceID"], RESOURCE],
  fibreChannelPort: [["InstanceID"], RESOURCE],
  assignedDevice: [["InstanceID"], RESOURCE],
  graphicsPartition: [["InstanceID"], RESOURCE],
  diskDrive: [DEVICE_KEYS, { ...DEVICE, DriveNumber: "uint32", MaxMediaSize: "uint64" }],
  vssSettings: [["InstanceID"], { ...ELEMENT, EnabledState: "uint16" }],
  vssComponent: [DEVICE_KEYS, DEVICE],
  kvpComponent: [
    DEVICE_KEYS,
    { ...DEVICE, GuestExchangeItems: "string[]", GuestIntrinsicExchangeItems: "string[]" },
  ],
  replication: [["InstanceID"], { ...ELEMENT, LastReplicationTime: "datetime", ...REPLICATION }],
  securitySettings: [["InstanceID"], { ...ELEMENT, TpmEnabled: "boolean" }],
  diskMergeSettings: [["InstanceID"], { ...ELEMENT, EnabledState: "uint16" }],
  hostJob: [
    ["InstanceID"],
    {
      ...ELEMENT,
      OperationalStatus: "uint16[]",
      JobType: "uint16",
      JobState: "uint16",
      JobStatus: "string",
      PercentComplete: "uint16",
      ErrorCode: "uint16",
      ErrorDescription: "string",
      ErrorSummaryDescription: "string",
    },
  ],
  // sent, not read: its types stand in what a host is given (wsman-embedded-types)
  checkpointSettings: [
    ["InstanceID"],
    {
      ...ELEMENT,
      ConsistencyLevel: "uint8",
      GuestBackupType: "uint8",
      IgnoreNonSnapshottableDisks: "boolean",
    },
  ],
  checkpointService: [SERVICE_KEYS, SERVICE],
  managementService: [SERVICE_KEYS, SERVICE],
  imageService: [SERVICE_KEYS, SERVICE],
};

/**
 * What Windows Server 2012 and later document of the classes that are read there, for a host that does not describe them
 * over WS-Management (wsman-class-description): without types an array of one looks like a single value, a name of digits
 * like a number, and nothing says which properties name an instance.
 */
export const MODERN_CLASSES: readonly DeclaredClass[] = [
  ...Object.entries(V2).map(([name, [keys, properties]]) => ({
    namespace: VIRTUALIZATION_V2,
    className: CLASS[name as keyof typeof CLASS],
    keys,
    properties,
  })),
  {
    namespace: CIMV2,
    className: CLASS.share,
    keys: ["Name"],
    properties: { Name: "string", Path: "string", Type: "uint32" },
  },
];
