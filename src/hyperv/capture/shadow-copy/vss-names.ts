import { guid, type Retry } from "../../../base/index.ts";

/** The Hyper-V VSS writer, the same on every release (hyperv-facts 3.1). */
export const HYPERV_WRITER = guid("66841cd4-6ded-4f4b-8f17-fd23f8ddc3de");

export const VSS_OBJECT_NOT_FOUND = 0x80042308;

/** What a code of Volume Shadow Copy means. `busy`: it passes by itself, and is waited for with the run's patience. */
export interface VssMeaning {
  readonly name: string;
  readonly meaning: string;
  readonly retry: Retry | "busy";
  /** Whether a writer said it rather than the service. */
  readonly ofWriter: boolean;
}

function service(name: string, retry: VssMeaning["retry"], meaning: string): VssMeaning {
  return { name, meaning, retry, ofWriter: false };
}

function writer(name: string, retry: VssMeaning["retry"], meaning: string): VssMeaning {
  return { name, meaning, retry, ofWriter: true };
}

/** vss.h and vswriter.h of the Windows SDK; what each asks for is on the pages of IVssBackupComponents and GetWriterStatus. */
export const VSS_CODES: ReadonlyMap<number, VssMeaning> = new Map([
  [0x80042301, service("VSS_E_BAD_STATE", "later", "the calls came in an order that VSS does not allow")],
  [0x80042302, service("VSS_E_UNEXPECTED", "later", "VSS met an error that it did not expect")],
  [0x80042304, service("VSS_E_PROVIDER_NOT_REGISTERED", "after-repair", "the provider is not registered")],
  [0x80042306, service("VSS_E_PROVIDER_VETO", "later", "the provider refused the shadow copy")],
  [
    VSS_OBJECT_NOT_FOUND,
    service("VSS_E_OBJECT_NOT_FOUND", "after-repair", "the volume or shadow copy is not there"),
  ],
  [0x8004230c, service("VSS_E_VOLUME_NOT_SUPPORTED", "after-repair", "no provider supports the volume")],
  [
    0x8004230e,
    service(
      "VSS_E_VOLUME_NOT_SUPPORTED_BY_PROVIDER",
      "after-repair",
      "the provider does not support the volume",
    ),
  ],
  [0x8004230f, service("VSS_E_UNEXPECTED_PROVIDER_ERROR", "later", "the provider met an error")],
  [
    0x80042312,
    service("VSS_E_MAXIMUM_NUMBER_OF_VOLUMES_REACHED", "after-repair", "too many volumes in one set"),
  ],
  [
    0x80042313,
    service("VSS_E_FLUSH_WRITES_TIMEOUT", "busy", "the volume was too busy to be flushed in time"),
  ],
  [0x80042314, service("VSS_E_HOLD_WRITES_TIMEOUT", "busy", "the volume was too busy to hold its writes")],
  [
    0x80042315,
    service("VSS_E_UNEXPECTED_WRITER_ERROR", "later", "a writer met an error that VSS did not expect"),
  ],
  [0x80042316, service("VSS_E_SNAPSHOT_SET_IN_PROGRESS", "busy", "another shadow copy is being made")],
  [
    0x80042317,
    service(
      "VSS_E_MAXIMUM_NUMBER_OF_SNAPSHOTS_REACHED",
      "after-repair",
      "the volume has its most shadow copies",
    ),
  ],
  [
    0x80042318,
    service("VSS_E_WRITER_INFRASTRUCTURE", "after-repair", "the writers cannot be reached at all"),
  ],
  [0x80042319, service("VSS_E_WRITER_NOT_RESPONDING", "later", "a writer does not answer")],
  [0x8004231b, service("VSS_E_UNSUPPORTED_CONTEXT", "after-repair", "the provider does not know this kind")],
  [
    0x8004231f,
    service("VSS_E_INSUFFICIENT_STORAGE", "after-repair", "there is too little room for shadow copies"),
  ],
  [0x800423f0, writer("VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT", "after-repair", "volumes of it are missing")],
  [
    0x800423f1,
    writer("VSS_E_WRITERERROR_OUTOFRESOURCES", "later", "the writer ran out of memory or the like"),
  ],
  [0x800423f2, writer("VSS_E_WRITERERROR_TIMEOUT", "busy", "the machine took too long to hold still")],
  [0x800423f3, writer("VSS_E_WRITERERROR_RETRYABLE", "busy", "the writer failed, and trying again may help")],
  [
    0x800423f4,
    writer("VSS_E_WRITERERROR_NONRETRYABLE", "after-repair", "the writer failed, and will fail again"),
  ],
  [
    0x800423f5,
    writer("VSS_E_WRITERERROR_RECOVERY_FAILED", "later", "the copy of its disks was not rolled back"),
  ],
  [
    0x80042336,
    writer("VSS_E_WRITERERROR_PARTIAL_FAILURE", "later", "a part of what the writer holds failed"),
  ],
]);
