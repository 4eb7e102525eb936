/**
 * Every name of Hyper-V's CIM schema that this module speaks, and the numbers that its properties mean.
 * Sources: the class and method pages of learn.microsoft.com/windows/win32/hyperv_v2.
 */

/** Server 2012 and later. */
export const VIRTUALIZATION_V2 = "root\\virtualization\\v2";
/** Server 2008 and 2008 R2; deprecated on 2012, gone later. */
export const VIRTUALIZATION_V1 = "root\\virtualization";
export const CIMV2 = "root\\cimv2";
/** There only on nodes of a failover cluster. */
export const CLUSTER = "root\\MSCluster";

export const CLASS = {
  operatingSystem: "Win32_OperatingSystem",
  hostComputer: "Win32_ComputerSystem",
  process: "Win32_Process",
  share: "Win32_Share",
  shadowCopy: "Win32_ShadowCopy",
  windowsDisk: "Win32_DiskDrive",
  /** No release has it: a probe asks for it to see how that is refused. */
  nowhere: "Msvm_StillpointNowhere",
  computerSystem: "Msvm_ComputerSystem",
  settings: "Msvm_VirtualSystemSettingData",
  /** v1 only: data roots of a machine. */
  globalSettings: "Msvm_VirtualSystemGlobalSettingData",
  storageAllocation: "Msvm_StorageAllocationSettingData",
  resourceAllocation: "Msvm_ResourceAllocationSettingData",
  fibreChannelPort: "Msvm_SyntheticFcPortSettingData",
  diskDrive: "Msvm_DiskDrive",
  assignedDevice: "Msvm_PciExpressSettingData",
  graphicsPartition: "Msvm_GpuPartitionSettingData",
  vssSettings: "Msvm_VssComponentSettingData",
  vssComponent: "Msvm_VssComponent",
  kvpComponent: "Msvm_KvpExchangeComponent",
  replication: "Msvm_ReplicationRelationship",
  currentCheckpoint: "Msvm_MostCurrentSnapshotInBranch",
  securitySettings: "Msvm_SecuritySettingData",
  diskMergeSettings: "Msvm_DiskMergeSettingData",
  checkpointService: "Msvm_VirtualSystemSnapshotService",
  checkpointSettings: "Msvm_VirtualSystemSnapshotSettingData",
  managementService: "Msvm_VirtualSystemManagementService",
  imageService: "Msvm_ImageManagementService",
  hostJob: "Msvm_ConcreteJob",
  clusterResource: "MSCluster_Resource",
  affectedElement: "Msvm_AffectedJobElement",
} as const;

export const METHOD = {
  createCheckpoint: "CreateSnapshot",
  destroyCheckpoint: "DestroySnapshot",
  modifySettings: "ModifySystemSettings",
  modifyDiskMerge: "ModifyDiskMergeSettings",
  modifyGuestServices: "ModifyGuestServiceSettings",
  diskSettings: "GetVirtualHardDiskSettingData",
  /** v1 only. */
  diskInfo: "GetVirtualHardDiskInfo",
  requestStateChange: "RequestStateChange",
  /** Msvm_ComputerSystem; acts on the primary relationship. The newer form with `Ex` does the same without one. */
  changeReplication: "RequestReplicationStateChange",
} as const;

/** Msvm_VirtualSystemSettingData.VirtualSystemType. */
export const SETTINGS_TYPE = {
  live: "Microsoft:Hyper-V:System:Realized",
  userCheckpoint: "Microsoft:Hyper-V:Snapshot:Realized",
  recoveryCheckpoint: "Microsoft:Hyper-V:Snapshot:Recovery",
  missingCheckpoint: "Microsoft:Hyper-V:Snapshot:Missing",
} as const;

/** Msvm_VirtualSystemSettingData.VirtualSystemSubType of the second generation. */
export const SUBTYPE_GENERATION_2 = "Microsoft:Hyper-V:SubType:2";

/** ResourceSubType values, as v2 writes them. */
export const RESOURCE = {
  virtualDisk: "Microsoft:Hyper-V:Virtual Hard Disk",
  opticalImage: "Microsoft:Hyper-V:Virtual CD/DVD Disk",
  floppyImage: "Microsoft:Hyper-V:Virtual Floppy Disk",
  physicalDrive: "Microsoft:Hyper-V:Physical Disk Drive",
  ideController: "Microsoft:Hyper-V:Emulated IDE Controller",
  scsiController: "Microsoft:Hyper-V:Synthetic SCSI Controller",
  fibreChannelPort: "Microsoft:Hyper-V:Synthetic FibreChannel Port",
  tpm: "Microsoft:Hyper-V:TPM",
} as const;

/** ResourceSubType values, as v1 writes them (hyperv-facts 4). */
export const RESOURCE_V1 = {
  virtualDisk: "Microsoft Virtual Hard Disk",
  physicalDrive: "Microsoft Physical Disk Drive",
  ideController: "Microsoft Emulated IDE Controller",
  scsiController: "Microsoft Synthetic SCSI Controller",
} as const;

/** CreateSnapshot's SnapshotType for backup; it is missing from the reference page, every known client uses it. */
export const RECOVERY_CHECKPOINT_TYPE = 32_768;
/** CreateSnapshot's SnapshotType for what users make: full, of the kind that the machine's own setting says. */
export const USER_CHECKPOINT_TYPE = 2;
/** Msvm_VirtualSystemSettingData.UserSnapshotType of checkpoints with memory. */
export const STANDARD_CHECKPOINTS = 5;
/** Msvm_VirtualSystemSnapshotSettingData.ConsistencyLevel. */
export const LEVEL = { application: 1, crash: 2 } as const;
/** Msvm_VirtualSystemSnapshotSettingData.GuestBackupType: the guest's applications keep their logs. */
export const GUEST_BACKUP_COPY = 2;
/** The class has no GuestBackupType before Windows Server 1703. */
export const FIRST_BUILD_WITH_GUEST_BACKUP_TYPE = 15_063;

/** A method's return values, and a host job's ErrorCode. */
export const RETURN = { done: 0, started: 4096, inUse: 32_774, invalidState: 32_775 } as const;

/** Msvm_ConcreteJob.JobState. */
export const JOB_STATE = { completed: 7, completedWithWarnings: 32_768 } as const;
/** JobState values after which a host job does not move any more. */
export const FINAL_JOB_STATES: ReadonlySet<number> = new Set([7, 8, 9, 10, 32_768]);
/** Msvm_ConcreteJob.JobType of making a checkpoint. */
export const JOB_TYPE_CREATE_CHECKPOINT = 70;
/** Msvm_ComputerSystem.RequestStateChange: start, or go on after a pause. */
export const RUN_MACHINE = 2;
/** Msvm_ConcreteJob.RequestStateChange: ask it to end. */
export const TERMINATE_JOB = 4;

/** Msvm_ComputerSystem.RequestReplicationStateChange, and the state that follows: hyperv-facts 6. */
export const REPLICATION = { replicating: 3, suspended: 7 } as const;

/** EnabledState of an integration service's settings. */
export const GUEST_SERVICE = { on: 2, off: 3 } as const;
/** Msvm_DiskMergeSettingData.EnabledState. */
export const DISK_MERGE = { suspended: 0, enabled: 1 } as const;

/** Codes by which WMI says that a class, a namespace or an object is not there. */
export const WBEM = {
  accessDenied: 0x80041003,
  notFound: 0x80041002,
  invalidNamespace: 0x8004100e,
  invalidClass: 0x80041010,
} as const;

/** WBEM_E_PROVIDER_NOT_CAPABLE, WBEM_E_NOT_SUPPORTED, WBEM_E_INVALID_QUERY, WBEM_E_QUOTA_VIOLATION: a query that asks too much. */
export const WBEM_QUERY_REFUSALS: ReadonlySet<number> = new Set([
  0x80041024, 0x8004100c, 0x80041017, 0x8004106c,
]);
