import { type Retry, StillpointError } from "../../base/index.ts";

/** A new virtual disk was to be written over a file that has something in it. */
export class VhdxTargetNotEmptyError extends StillpointError {
  readonly code = "vhdx-target-not-empty";
  readonly retry: Retry = "never";
}

/** What was written reads back as something else: the storage below cannot be trusted. */
export class VhdxWriteMismatchError extends StillpointError {
  readonly code = "vhdx-write-mismatch";
  readonly retry: Retry = "after-repair";
  /** Where in the file the structure was to lie. */
  readonly fileOffset: number;

  constructor(message: string, fileOffset: number) {
    super(message);
    this.fileOffset = fileOffset;
  }
}

/** The file cannot be changed safely: it has no log, or its header's numbers are used up. */
export class VhdxNotWritableError extends StillpointError {
  readonly code = "vhdx-not-writable";
  readonly retry: Retry = "never";
}

/** Only a differencing disk has a parent to be named or merged into. */
export class VhdxNotDifferencingError extends StillpointError {
  readonly code = "vhdx-not-differencing";
  readonly retry: Retry = "never";
}

/** The child was not made from this parent, or their sizes or sectors differ. */
export class VhdxMergeRefusedError extends StillpointError {
  readonly code = "vhdx-merge-refused";
  readonly retry: Retry = "never";
}

/** The metadata region has no room for the parent's paths. */
export class VhdxMetadataFullError extends StillpointError {
  readonly code = "vhdx-metadata-full";
  readonly retry: Retry = "never";
}
