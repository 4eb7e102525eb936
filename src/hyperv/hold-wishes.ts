import type { CaptureMethod } from "../base/index.ts";
import type { DiskPlace } from "./disk-place.ts";

/** Disks that shall not be in the backup: those of a place, or those of files that a pattern fits. */
export interface DiskExclusion {
  /** As it was asked for, to be told again. */
  readonly text: string;
  /** Name or id of the machine that it is about; absent: of every machine. */
  readonly machine?: string | undefined;
  readonly disks: { readonly place: DiskPlace } | { readonly pattern: string };
}

/** What a user may wish of a hold; it decides what a forecast says. */
export interface HoldWishes {
  /** Fail before anything is made on the host, rather than hold a running machine crash-consistently. */
  readonly requireApplication?: true | undefined;
  /** This method or none; absent: the best for the machine. */
  readonly method?: Exclude<CaptureMethod, "files"> | undefined;
  /** Keep the memory of a running machine, by a standard checkpoint that is made for it and removed again. */
  readonly memory?: "include" | undefined;
  readonly excludeDisks?: readonly DiskExclusion[] | undefined;
  /**
   * Where the VSS writer fails a machine although its guest answers, switch the guest's backup service off for the shadow
   * copy, rather than fail.
   */
  readonly allowServiceSwitch?: true | undefined;
  /** Suspend the machine's replication before the hold, and let it go on after the release. */
  readonly suspendReplication?: true | undefined;
}
