import type { Guid } from "../../base/index.ts";
import type { CimReference } from "../../cim/index.ts";
import type { DiskPlace } from "../held-machine.ts";
import type { MachineState } from "../machine-host.ts";
import type { IntegrationStatus } from "./integration-status.ts";
import type { ReplicationLink } from "./replication-link.ts";

/** `vhds` is a VHD set, `shared` a VHDX with persistent reservations; `unknown` a file with another ending. */
export type DiskKind = "vhdx" | "vhd" | "vhds" | "shared" | "pass-through" | "unknown";

export interface AttachedDisk extends DiskPlace {
  readonly kind: DiskKind;
  /** Absent exactly for pass-through disks. */
  readonly path?: string | undefined;
  /** For pass-through disks, as far as the host says it. */
  readonly physicalDisk?: { readonly number?: number | undefined; readonly bytes?: number | undefined };
}

/** A disk that this version cannot place on a controller that it knows. */
export interface UnplacedDisk {
  readonly path: string;
  readonly why: string;
}

/** Where a settings object keeps its files; what the host does not say is absent. */
export interface SettingsPlaces {
  readonly configurationId?: string | undefined;
  readonly configurationDataRoot?: string | undefined;
  /** Relative to the root. */
  readonly configurationFile?: string | undefined;
  readonly checkpointDataRoot?: string | undefined;
  readonly suspendDataRoot?: string | undefined;
  readonly guestStateDataRoot?: string | undefined;
  readonly guestStateFile?: string | undefined;
}

/** The settings of one checkpoint, of whatever kind. */
export interface CheckpointInventory {
  readonly id: Guid;
  readonly name: string;
  readonly created: Temporal.Instant | null;
  readonly parent: Guid | null;
  readonly type: "standard" | "production" | "unknown";
  readonly memory: boolean;
  readonly disks: readonly AttachedDisk[];
  readonly places: SettingsPlaces;
  /** To call methods with; absent when the host did not name the instance. */
  readonly reference?: CimReference | undefined;
}

/** The machine's `UserSnapshotType`; `unknown` where the host has no such setting, or an unknown one. */
export type CheckpointType = "disabled" | "production" | "production-only" | "standard" | "unknown";

/** Msvm_VirtualSystemSettingData.UserSnapshotType. */
export const CHECKPOINT_TYPES: ReadonlyMap<number, CheckpointType> = new Map([
  [2, "disabled"],
  [3, "production"],
  [4, "production-only"],
  [5, "standard"],
]);

/** What a host says about one machine. */
export interface MachineInventory {
  readonly id: Guid;
  readonly name: string;
  readonly reference?: CimReference | undefined;
  /** Power state without what is going on; `unknown` for a word that we do not know. */
  readonly power: MachineState;
  /** What goes on now, when something does: a merge, a migration, an export, a checkpoint being made. */
  readonly activity?: MachineState | undefined;
  /** The host's health word says critical: for instance, its volume is full or away. */
  readonly healthCritical: boolean;
  readonly generation: 1 | 2;
  /** `9.0`; absent when the host does not say it. */
  readonly configurationVersion?: string | undefined;
  readonly checkpointType: CheckpointType;
  readonly integration: IntegrationStatus;
  readonly guestOs: "windows" | "linux" | "unknown";
  /** What the guest says; absent where it does not say it. */
  readonly domainController?: boolean | undefined;
  readonly replication: readonly ReplicationLink[];
  /** By controller, number and location. */
  readonly disks: readonly AttachedDisk[];
  readonly unplacedDisks: readonly UnplacedDisk[];
  /** Files of optical and floppy disks in its drives. */
  readonly images: readonly string[];
  readonly scsiControllers: number;
  readonly fibreChannelPorts: number;
  /** Devices of the host that were handed to the machine, and parts of graphics processors. */
  readonly assignedDevices: number;
  readonly vtpm: boolean;
  /** User checkpoints, parents before their children. */
  readonly checkpoints: readonly CheckpointInventory[];
  /** Checkpoints whose files the host cannot find. */
  readonly missingCheckpoints: number;
  readonly current: Guid | null;
  /** Backup checkpoints that stand now, whoever made them. */
  readonly recoveryCheckpoints: readonly CheckpointInventory[];
  /** InstanceID of the machine's merge settings, where merging is suspended. */
  readonly suspendedMerge?: string | undefined;
  readonly places: SettingsPlaces;
  /** Whether the host gave the machine's own settings; without them nothing is known of it. */
  readonly hasSettings: boolean;
  /** What the host said that made no sense, one sentence each. */
  readonly puzzles: readonly string[];
}

/** What a second look needs: the disks, the checkpoints, and what goes on. */
export type MachineTree = Pick<
  MachineInventory,
  | "id"
  | "name"
  | "reference"
  | "power"
  | "activity"
  | "disks"
  | "checkpoints"
  | "current"
  | "recoveryCheckpoints"
  | "suspendedMerge"
>;

/** What is shown as the machine's state: what goes on, else its power state. */
export function shownState(machine: MachineInventory): MachineState {
  return machine.activity ?? machine.power;
}
