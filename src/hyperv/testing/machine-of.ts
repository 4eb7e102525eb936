import { guid } from "../../base/index.ts";
import type { AttachedDisk, CheckpointInventory, MachineInventory } from "../inventory/machine-inventory.ts";

/** A running Windows machine of generation 2 with one disk, all well; `changed` says what is different. */
export function machineOf(changed: Partial<MachineInventory> = {}): MachineInventory {
  return {
    id: guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b01"),
    name: "web01",
    power: "running",
    healthCritical: false,
    generation: 2,
    configurationVersion: "9.0",
    checkpointType: "production",
    integration: "ok",
    guestOs: "windows",
    replication: [],
    disks: [diskOf()],
    unplacedDisks: [],
    images: [],
    scsiControllers: 1,
    fibreChannelPorts: 0,
    assignedDevices: 0,
    vtpm: false,
    checkpoints: [],
    missingCheckpoints: 0,
    current: null,
    recoveryCheckpoints: [],
    places: {},
    hasSettings: true,
    puzzles: [],
    ...changed,
  };
}

export function diskOf(changed: Partial<AttachedDisk> = {}): AttachedDisk {
  return { controller: "scsi", number: 0, location: 0, kind: "vhdx", path: "D:\\M\\m.vhdx", ...changed };
}

export function checkpointOf(changed: Partial<CheckpointInventory> = {}): CheckpointInventory {
  return {
    id: guid("9c0d1e2f-0000-4000-8000-000000000001"),
    name: "before update",
    created: Temporal.Instant.from("2026-05-01T10:00:00Z"),
    parent: null,
    type: "standard",
    memory: false,
    disks: [],
    places: {},
    ...changed,
  };
}
