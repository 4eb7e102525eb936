/** What a forecast says, in English. `german.ts` has the same keys and the same placeholders. */
export const ENGLISH = {
  // why a machine is not backed up
  desktop:
    "This item type needs Windows Server: {caption} is a desktop Windows, which has no Hyper-V VSS writer to make consistent backups with",
  testReplica: "It is a test replica, which Hyper-V removes by itself; its original is what to back up",
  unreadable: "What the host says about it makes no sense: {puzzle}",
  busyState: "It is {state}; that ends by itself, then it can be backed up",
  busyInitialReplication: "Its initial replication is running; a backup must wait until it is complete",
  busyResynchronising: "Its replication is being synchronised again; a backup must wait until that is done",
  busyResynchronisationRequired:
    "Its replication must be synchronised again; Hyper-V refuses to back up a replica until that is done",
  busyReplicationCritical:
    "The health of its replication is critical; Hyper-V refuses to back up a replica until that is repaired",
  busyFailover: "A failover of it is in progress; a backup must wait until it is complete",
  foreignCheckpoint:
    'The backup checkpoint "{checkpoint}" stands, which Stillpoint has not made; a second one fails, and what others made is never removed',
  ownCheckpoint:
    'The checkpoint "{checkpoint}" of a run of Stillpoint stands: that run is still at work, or the next backup removes what it left',
  sharedDisk:
    "Its disk {disk} is a shared VHDX, and this host cannot back up a machine with one: back it up inside the guest, or move the disk to a VHD set on Windows Server 2016 or later",

  methodNotPossible:
    "The method recovery-checkpoint was asked for, and {caption} has none: it came with Windows Server 2016. Leave the method away, or ask for shadow-copy",
  memoryOldHost:
    "Its memory was asked for, and this host is older than Windows Server 2012, where Stillpoint makes no checkpoints. Leave the memory away",
  memoryDomainController:
    "Its memory was asked for, and its guest is a domain controller: going back to a checkpoint with memory would damage the directory, so only production checkpoints are supported. Leave the memory away",
  memoryAssignedDevices:
    "Its memory was asked for, and it has {count} assigned device(s), whose state no checkpoint can save. Leave the memory away",
  memoryPassThrough:
    "Its memory was asked for, and its disk {disk} cannot be part of a standard checkpoint. Leave the memory away",
  memoryFibreChannel:
    "Its memory was asked for, and disks behind its virtual Fibre Channel adapters cannot be part of a standard checkpoint. Leave the memory away",

  clusteredSave:
    "It belongs to a cluster and would have to be saved for the shadow copy, which the Hyper-V VSS writer of this host cannot do for clustered machines: install or switch on the backup integration service in its guest, or switch the machine off for the backup",

  // what is reached, and why
  application:
    "It runs and its guest answers for backup: a production checkpoint lets its applications write everything first",
  applicationWriter:
    "It runs and its guest answers for backup: the Hyper-V VSS writer lets its applications write everything first",
  filesystem:
    "It runs Linux and its guest answers for backup: the file systems are frozen, applications are not asked",
  filesystemUnknownGuest:
    "It runs and its guest answers for backup, but does not say what system it is: more than consistent file systems is not promised",
  crashMissing:
    "No backup integration service answers in its guest: the checkpoint is like a power cut to the guest",
  crashDisabled:
    "The backup integration service is switched off in its settings: the checkpoint is like a power cut to the guest",
  crashFailing:
    "The backup integration service in its guest reports a failure: the checkpoint is like a power cut to the guest",
  crashProtocol:
    "The backup integration service in its guest speaks a version that this host does not: the checkpoint is like a power cut to the guest",
  crashLost:
    "The contact to the backup integration service in its guest is lost: the checkpoint is like a power cut to the guest",
  crashStandardType:
    "Production checkpoints are switched off in its settings: the checkpoint is like a power cut to the guest",
  crashDisabledType:
    "Checkpoints are switched off in its settings: a backup checkpoint is tried; if the host refuses it, only a shadow copy is left, which may pause the guest",
  crashDisabledTypeWriter:
    "Checkpoints are switched off in its settings: how the Hyper-V VSS writer holds it then is not known, it may pause the guest",
  crashOldVersion:
    "Its configuration version is too old for a guest to take part in a checkpoint: the checkpoint is like a power cut to the guest",
  crashNoScsi:
    "It is of generation 1 and has no SCSI controller, so this host's guest snapshot fails; adding an empty SCSI controller makes it application-consistent",
  savedByWriter:
    "No backup integration service answers in its guest: on this host it is saved, the shadow copy is made, and it goes on",
  off: "It is off; whether its disks are clean depends on how it was stopped",
  replicaOff:
    "It is a replica and therefore off: a backup of it is always only crash-consistent, whatever its original could reach",
  paused: "It is paused: its disks are like after a power cut, and its memory is not kept",
  saved: "It is saved: disks and memory are of one instant, and the guest goes on where it stopped",

  // what is not in a restore point
  passThroughUncovered:
    "It is a physical disk that the host lends to the guest; Hyper-V cannot back such a disk up. Ways out: back it up inside the guest, or convert it to a virtual disk",
  fibreChannelUncovered:
    "The guest reaches it through a virtual Fibre Channel adapter; the host does not see it. Way out: back it up inside the guest",
  vhdSetUncovered:
    "It is a VHD set; the host can back it up only together with all machines of its group. Way out: back it up inside the guest",
  sharedUncovered:
    "It is a shared VHDX; the host takes no checkpoint of it. Ways out: back it up inside the guest, or move it to a VHD set",
  excludedByUser: "It was left out on request ({exclusion})",
  unplacedUncovered: "Stillpoint does not know how it is attached: {why}",

  // warnings
  warnPassThrough:
    "The pass-through disk {disk} is not in the backup; back it up inside the guest, or convert it to a virtual disk with the New Virtual Disk Wizard",
  warnFibreChannel:
    "Disks behind {count} virtual Fibre Channel adapter(s) are not in the backup; back them up inside the guest",
  warnVhdSet: "The VHD set {disk} is not in the backup; back it up inside the guest",
  warnShared: "The shared disk {disk} is not in the backup; back it up inside the guest",
  warnUnplaced: "The disk {disk} is not in the backup: {why}",
  warnPartner:
    "Replication to its partner needs attention ({state}, health {health}); exactly then a backup is needed",
  warnReplica2012:
    "It is a replica whose replication is {state} (health {health}); this host backs it up nevertheless, and the copy may be inconsistent",
  warnNoScsi:
    "It has no SCSI controller; on this host the snapshot inside its guest fails (event 10103) until one is added",
  warnVtpm:
    "It has a virtual TPM whose keys are bound to this host; elsewhere it starts only where the guardian certificates are",
  warnPausedMemory: "It is paused, and the memory of a paused machine is not kept",
  warnMissingCheckpoints:
    "{count} of its checkpoints are marked as missing by the host: their files cannot be found, and they are not in the backup",
  warnHealth:
    "The host calls its health critical: its volume may be full or away, and its last writes may be lost",
  warnOrphans:
    "Its disk {disk} is a checkpoint disk, yet it has no checkpoint: an earlier merge did not end; the whole chain is backed up",
  warnSuspendedMerge:
    "Merging of its disks is suspended on the host; it is switched on again after the backup",
  warnPuzzle: "The host said something about it that makes no sense: {puzzle}",

  warnIdleExclusion: "The exclusion {exclusion} fits no disk of it: nothing is left out for it",
  warnMemoryByCheckpoint:
    "Its memory is kept by a standard checkpoint that is made before the hold and removed after it: memory and disks are of two instants, and the guest may stand still for a moment while its memory is saved",
  warnMemoryNotRunning: "Its memory was asked for, and it does not run: there is none to keep",
  warnControllerUnknown:
    "Its memory was asked for, and its guest does not say whether it is a domain controller; going back to a checkpoint with memory would damage one",

  // what to do about a machine that stays busy (S34, S35)
  adviceSchedule: "schedule the backup for a time at which its replication is usually up to date",
  adviceCommands:
    "let a before command pause its replication and an after command resume it, so that nothing is replicated during the backup",

  adviceLastReplication: "its last replication was at {moment}",

  // words for states
  stateStarting: "starting",
  stateStopping: "shutting down",
  stateSaving: "being saved",
  statePausing: "being paused",
  stateResuming: "being resumed",
  stateMerging: "merging its disks",
  stateMigrating: "migrating",
  stateExporting: "being exported",
  stateCheckpointing: "making or applying a checkpoint",
};
