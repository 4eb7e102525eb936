/** The errors of Volume Shadow Copy that the simulated host gives by itself (vss.h, vswriter.h of the Windows SDK). */
export const VssCode = Object.freeze({
  badState: 0x80042301,
  unexpected: 0x80042302,
  notFound: 0x80042308,
  volumeNotSupported: 0x8004230c,
  setInProgress: 0x80042316,
  insufficientStorage: 0x8004231f,
  inconsistent: 0x800423f0,
  outOfResources: 0x800423f1,
  timeout: 0x800423f2,
  retryable: 0x800423f3,
  nonRetryable: 0x800423f4,
  recoveryFailed: 0x800423f5,
});

const NAMES: Readonly<Record<number, string>> = {
  [VssCode.badState]: "VSS_E_BAD_STATE",
  [VssCode.unexpected]: "VSS_E_UNEXPECTED",
  [VssCode.notFound]: "VSS_E_OBJECT_NOT_FOUND",
  [VssCode.volumeNotSupported]: "VSS_E_VOLUME_NOT_SUPPORTED",
  [VssCode.setInProgress]: "VSS_E_SNAPSHOT_SET_IN_PROGRESS",
  [VssCode.insufficientStorage]: "VSS_E_INSUFFICIENT_STORAGE",
  [VssCode.inconsistent]: "VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT",
  [VssCode.outOfResources]: "VSS_E_WRITERERROR_OUTOFRESOURCES",
  [VssCode.timeout]: "VSS_E_WRITERERROR_TIMEOUT",
  [VssCode.retryable]: "VSS_E_WRITERERROR_RETRYABLE",
  [VssCode.nonRetryable]: "VSS_E_WRITERERROR_NONRETRYABLE",
  [VssCode.recoveryFailed]: "VSS_E_WRITERERROR_RECOVERY_FAILED",
};

/** A command that did not do what it was told: an HRESULT, or a sentence about the command itself. */
export type VssFailure =
  | { readonly kind: "code"; readonly code: number; readonly description?: string | undefined }
  | { readonly kind: "usage" };

export function failedWith(code: number, description?: string): VssFailure {
  return { kind: "code", code, description };
}

/** Whether a writer says it, rather than the service. */
export function isOfWriter(code: number): boolean {
  return code >= VssCode.inconsistent && code <= 0x800423ff;
}

/** `VSS_E_…`, or nothing for what has no name here. */
export function nameOfCode(code: number): string {
  return NAMES[code] ?? "";
}
