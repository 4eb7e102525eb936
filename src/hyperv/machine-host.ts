import type { Guid } from "../base/index.ts";
import type { HostCommands, HostFiles } from "../places/index.ts";
import type { Forecast } from "./forecast/forecast-types.ts";
import type { DiskPlace, HeldMachine, HoldOptions } from "./held-machine.ts";
import type { HoldWishes } from "./hold-wishes.ts";
import type { ReplicationSight } from "./replication/sight.ts";

/** What the machine does now. `unknown`: the host said a word that we do not know. */
export type MachineState =
  | "running"
  | "off"
  | "saved"
  | "paused"
  | "starting"
  | "stopping"
  | "saving"
  | "pausing"
  | "resuming"
  | "merging"
  | "migrating"
  | "exporting"
  | "checkpointing"
  | "unknown";

export interface HostFacts {
  readonly name: string;
  /** `Microsoft Windows Server 2019 Datacenter`; empty where there is no such thing. */
  readonly caption: string;
  /** `10.0.17763`. */
  readonly version: string;
  /** 1 workstation, 2 domain controller, 3 server (Win32_OperatingSystem.ProductType). */
  readonly productType: 1 | 2 | 3;
}

/** A disk as it is attached; without a path where it is no file (a pass-through disk). */
export interface HostDisk extends DiskPlace {
  readonly path?: string | undefined;
}

export interface HostMachine {
  readonly id: Guid;
  /** Not unique. */
  readonly name: string;
  readonly state: MachineState;
  readonly generation: 1 | 2;
  readonly disks: readonly HostDisk[];
  readonly forecast: Forecast;
  /** Absent for machines that do not replicate. */
  readonly replication?: ReplicationSight | undefined;
}

/** A machine of a cluster, and the node that runs it. */
export interface MachineElsewhere {
  readonly id: Guid;
  readonly name: string;
  readonly node: string;
}

export interface CleanUpReport {
  /** One sentence for each thing that was removed. */
  readonly removed: readonly string[];
  /** One sentence for each thing that could not be removed, and why. */
  readonly leftBehind: readonly string[];
}

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What a run needs of a host. `HypervHost` implements it for Windows, others for hosts that hold only files. */
export interface MachineHost extends AsyncDisposable {
  readonly facts: HostFacts;
  /** A stable name of this host in the journal; its own name where there is none. */
  readonly key?: string | undefined;
  readonly files: HostFiles;
  /** Absent where no program can be run on the host. */
  readonly commands?: HostCommands | undefined;
  /** All machines, sorted by name and id; `wishes` decide what is forecast of them. */
  machines(
    options?: WaitOptions & { readonly wishes?: HoldWishes | undefined },
  ): Promise<readonly HostMachine[]>;
  /** Machines of the host's cluster that another node runs now; absent where hosts have no clusters. */
  elsewhere?(options?: WaitOptions): Promise<readonly MachineElsewhere[]>;
  /**
   * Makes one machine hold still. The caller releases it.
   * @throws {MachineNotFoundError} and what else `errors.ts` of this module names, each with its `retry`
   */
  hold(machineId: Guid, options: HoldOptions): Promise<HeldMachine>;
  /** Removes what dead runs left on this host, and says what could not be removed. */
  cleanUp(options?: WaitOptions): Promise<CleanUpReport>;
}
