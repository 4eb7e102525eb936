import { type Guid, type Retry, StillpointError } from "../base/index.ts";

export interface MachineErrorFacts extends ErrorOptions {
  readonly machine: { readonly id: Guid; readonly name: string };
}

/** An error about one machine; other machines of the host are not concerned. */
export abstract class MachineError extends StillpointError {
  readonly machine: { readonly id: Guid; readonly name: string };

  constructor(message: string, facts: MachineErrorFacts) {
    super(message, { cause: facts.cause });
    this.machine = facts.machine;
  }
}

/** S3, S4: the host is a desktop Windows, which has no Hyper-V VSS writer and is not what this item type is for. */
export class DesktopNotSupportedError extends StillpointError {
  readonly code = "desktop-not-supported";
  readonly retry = "never";
}

/** The computer answers, but has neither of the namespaces of Hyper-V. */
export class HypervNotInstalledError extends StillpointError {
  readonly code = "hyperv-not-installed";
  readonly retry = "after-repair";
}

/** The host has no machine of this id (any more). */
export class MachineNotFoundError extends StillpointError {
  readonly code = "machine-not-found";
  readonly retry = "after-repair";
  readonly id: Guid;

  constructor(message: string, facts: { readonly id: Guid }) {
    super(message);
    this.id = facts.id;
  }
}

/** The machine's disks, checkpoints or state changed while its files were read. */
export class MachineChangedError extends MachineError {
  readonly code = "machine-changed";
  readonly retry = "later";
}

/** S31 to S33: something goes on that blocks a backup, and it did not end while we waited. */
export class MachineBusyError extends MachineError {
  readonly code = "machine-busy";
  readonly retry = "later";
  readonly attempts: number;
  /** What blocks, in our words. */
  readonly blocking: string;
  /** Hyper-V's own sentence, where it said one. */
  readonly hostSentence: string | undefined;

  constructor(
    message: string,
    facts: MachineErrorFacts & {
      readonly attempts: number;
      readonly blocking: string;
      readonly hostSentence?: string | undefined;
    },
  ) {
    super(message, facts);
    this.attempts = facts.attempts;
    this.blocking = facts.blocking;
    this.hostSentence = facts.hostSentence;
  }
}

/** A test replica: it goes away by itself and is never backed up. */
export class TestReplicaSkippedError extends MachineError {
  readonly code = "test-replica";
  readonly retry = "never";
}

/** A disk that several machines share, on a host that cannot back such machines up. */
export class SharedDiskNotSupportedError extends MachineError {
  readonly code = "shared-disk-not-supported";
  readonly retry = "never";
}

/** Only a crash-consistent backup could be reached, and the caller wants more. */
export class ApplicationConsistencyRequiredError extends MachineError {
  readonly code = "application-consistency-required";
  readonly retry = "after-repair";
}

/** The host or this machine needs a way of capture that this version does not have. */
export class CaptureMethodNotAvailableError extends MachineError {
  readonly code = "capture-method-not-available";
  readonly retry = "never";
}

/** The method that was asked for does not exist on this host. */
export class MethodNotPossibleError extends MachineError {
  readonly code = "method-not-possible";
  readonly retry = "never";
}

/** The machine's memory was asked for, and no checkpoint may or can hold it. */
export class MemoryNotPossibleError extends MachineError {
  readonly code = "memory-not-possible";
  readonly retry = "never";
}

/** A machine of a cluster that would have to be saved, which the VSS writer of its host cannot do. */
export class ClusteredGuestNotSavedError extends MachineError {
  readonly code = "clustered-guest-not-saved";
  readonly retry = "after-repair";
}

/** Another node of the cluster runs the machine now. */
export class MachineOnOtherNodeError extends StillpointError {
  readonly code = "machine-on-other-node";
  readonly retry = "after-repair";
  readonly machine: { readonly id: Guid; readonly name: string };
  readonly node: string;

  constructor(
    message: string,
    facts: { readonly machine: { readonly id: Guid; readonly name: string }; readonly node: string },
  ) {
    super(message);
    this.machine = facts.machine;
    this.node = facts.node;
  }
}

/** Hyper-V could not make the checkpoint. */
export class CheckpointFailedError extends MachineError {
  readonly code = "checkpoint-failed";
  readonly retry: Retry = "later";
  /** The host job's ErrorCode or the method's return value; undefined when there was none. */
  readonly hostCode: number | undefined;
  readonly hostSentence: string | undefined;

  constructor(
    message: string,
    facts: MachineErrorFacts & {
      readonly hostCode?: number | undefined;
      readonly hostSentence?: string | undefined;
    },
  ) {
    super(message, facts);
    this.hostCode = facts.hostCode;
    this.hostSentence = facts.hostSentence;
  }
}

/** What the host says about the machine makes no sense, so nothing is tried with it. */
export class MachineUnreadableError extends MachineError {
  readonly code = "machine-unreadable";
  readonly retry = "later";
}

export interface VssErrorFacts extends MachineErrorFacts {
  readonly retry: Retry;
  /** The HRESULT that was said last or most exactly, for instance 0x800423f3; undefined when there was none. */
  readonly hostCode?: number | undefined;
  /** The last line that the host printed. */
  readonly hostSentence?: string | undefined;
}

/** A failure of Volume Shadow Copy on the host, with its code. */
export abstract class VssError extends MachineError {
  readonly retry: Retry;
  readonly hostCode: number | undefined;
  readonly hostSentence: string | undefined;

  constructor(message: string, facts: VssErrorFacts) {
    super(message, facts);
    this.retry = facts.retry;
    this.hostCode = facts.hostCode;
    this.hostSentence = facts.hostSentence;
  }
}

/** The host could not make the shadow copy: its storage, a provider, the volumes, or another shadow copy in the making. */
export class ShadowCopyFailedError extends VssError {
  readonly code = "shadow-copy-failed";
}

/** The Hyper-V VSS writer failed the machine, or is not there. */
export class WriterFailedError extends VssError {
  readonly code = "writer-failed";
}

/** The Hyper-V VSS writer does not list the machine, although the host has it. */
export class MachineNotInWriterError extends MachineError {
  readonly code = "machine-not-in-writer";
  readonly retry = "later";
}

/** The shadow copy stands, or stood, and the machine's files cannot be read in it. */
export class ShadowCopyUnreadableError extends MachineError {
  readonly code = "shadow-copy-unreadable";
  readonly retry = "later";
}
