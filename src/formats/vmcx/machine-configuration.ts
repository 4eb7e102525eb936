import type { Guid } from "../../base/index.ts";

export interface ConfigurationVersion {
  readonly major: number;
  readonly minor: number;
}

/** What a slot of a controller holds. `physical` is a disk of the host; `unknown` a type that nobody has described. */
export type ConfiguredMedium = "vhd" | "iso" | "floppy" | "physical" | "unknown";

/** A slot that has, or may have, a medium. */
export interface ConfiguredDisk {
  readonly controller: "ide" | "scsi" | "floppy";
  /** IDE: 0 and 1. SCSI: controllers in the order of the manifest, from 0. */
  readonly number: number;
  readonly location: number;
  readonly kind: ConfiguredMedium;
  /** As the host wrote it, absolute on that host; undefined for a drive without a medium. */
  readonly path?: string | undefined;
}

export interface ConfiguredNetworkAdapter {
  readonly name: string;
  /** As the host writes it: `00-15-5D-01-07-DC`; all zeros before the first start. */
  readonly mac: string;
  readonly isMacStatic: boolean;
  readonly isConnected: boolean;
  /** The virtual switch's name, as far as the configuration knows it. */
  readonly switchName?: string | undefined;
  readonly switchId?: Guid | undefined;
}

/** A checkpoint in a machine's own list. Best effort: docs/unconfirmed.md, vmcx-checkpoint-list. */
export interface ConfiguredCheckpoint {
  readonly id: Guid;
  readonly name?: string | undefined;
  readonly parentId?: Guid | undefined;
  readonly createdAt?: Temporal.Instant | undefined;
}

/** What a configuration file says of a machine, whichever host wrote it. Paths belong to that host. */
export interface MachineConfiguration {
  readonly machineId: Guid;
  /** A machine's own settings have the machine's id; those of a checkpoint have the checkpoint's. */
  readonly settingsId: Guid;
  readonly kind: "machine" | "checkpoint";
  readonly name: string;
  readonly generation: 1 | 2;
  readonly version: ConfigurationVersion;
  readonly createdAt?: Temporal.Instant | undefined;
  readonly notes?: string | undefined;
  readonly memoryMegabytes: number;
  readonly processors: number;
  readonly scsiControllers: number;
  readonly disks: readonly ConfiguredDisk[];
  readonly networkAdapters: readonly ConfiguredNetworkAdapter[];
  /** Best effort: the tree of a host is asked of the host. */
  readonly checkpoints: readonly ConfiguredCheckpoint[];
  readonly guestStatePath?: string | undefined;
  /** A merge is outstanding: chains may be longer than they look. */
  readonly diskMergePending?: boolean | undefined;
}
