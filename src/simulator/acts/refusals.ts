/** Why Hyper-V lets a job fail: its number and its sentence. */
export interface Refusal {
  readonly errorCode: number;
  readonly errorDescription: string;
}

/** Return and error codes: hyperv-facts 1.1. */
export const HyperVCode = Object.freeze({
  done: 0,
  jobStarted: 4096,
  failed: 32768,
  notSupported: 32770,
  invalidParameter: 32773,
  inUse: 32774,
  invalidState: 32775,
  fileNotFound: 32779,
});

/** The sentence that users of replica hosts know: hyperv-facts 6, requirements.md S33. */
export function conflictingOperation(name: string): Refusal {
  return {
    errorCode: HyperVCode.invalidState,
    errorDescription: `The virtual machine '${name}' cannot start a backup operation because it is currently executing a conflicting operation. Try the backup again.`,
  };
}

/** The guest could not freeze: hyperv-facts 5.1, 6.1 (0x800423F4). */
export function guestCannotFreeze(name: string): Refusal {
  return {
    errorCode: HyperVCode.failed,
    errorDescription: `Checkpoint operation for '${name}' failed. Production checkpoints cannot be created for '${name}': the writer experienced a non-transient error. (0x800423F4)`,
  };
}

export function checkpointFailed(name: string, why: string): Refusal {
  return {
    errorCode: HyperVCode.failed,
    errorDescription: `Checkpoint operation for '${name}' failed. ${why}`,
  };
}

/** A file that somebody holds open: hyperv-facts 6.1 (event 19100, 0x80070020). */
export function mergeBlocked(name: string, path: string): Refusal {
  return {
    errorCode: HyperVCode.failed,
    errorDescription: `'${name}' background disk merge failed to complete: The process cannot access the file '${path}' because it is being used by another process. (0x80070020)`,
  };
}
