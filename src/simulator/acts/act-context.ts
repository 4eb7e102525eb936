import type { Clock, Entropy } from "../../base/index.ts";
import type { MachineFiles } from "../configuration/machine-files.ts";
import type { HostDisks } from "../disks/host-disks.ts";
import type { HostDrives } from "../drives/host-drives.ts";
import type { OpenFiles } from "../drives/open-files.ts";
import type { HostState } from "../state/schema.ts";

/** Everything an act works on, while it holds the host's lock. Acts change the state in place. */
export interface ActContext {
  readonly host: HostState;
  readonly drives: HostDrives;
  readonly disks: HostDisks;
  readonly files: MachineFiles;
  readonly openFiles: OpenFiles;
  readonly clock: Clock;
  readonly entropy: Entropy;
}
