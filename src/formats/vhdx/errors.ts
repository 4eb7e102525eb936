import { type Retry, StillpointError } from "../../base/index.ts";

/** The file does not begin as a VHDX does, or is too short to be one. */
export class VhdxNotRecognisedError extends StillpointError {
  readonly code = "vhdx-not-recognised";
  readonly retry: Retry = "never";
}

/** Neither of the two headers has a right signature and checksum, or the current one contradicts itself. */
export class VhdxHeaderCorruptError extends StillpointError {
  readonly code = "vhdx-header-corrupt";
  readonly retry: Retry = "after-repair";
}

/** A newer version of the format, or a required region or metadata item that this program does not know. */
export class VhdxUnsupportedError extends StillpointError {
  readonly code = "vhdx-unsupported";
  readonly retry: Retry = "never";
}

/** Neither copy of the region table verifies, or the regions overlap, leave the file or miss one that must be there. */
export class VhdxRegionTableCorruptError extends StillpointError {
  readonly code = "vhdx-region-table-corrupt";
  readonly retry: Retry = "after-repair";
}

/** The metadata table or one of its items breaks the format's rules. */
export class VhdxMetadataCorruptError extends StillpointError {
  readonly code = "vhdx-metadata-corrupt";
  readonly retry: Retry = "after-repair";
}

/** The program that made the file did not finish. */
export class VhdxIncompleteError extends StillpointError {
  readonly code = "vhdx-incomplete";
  readonly retry: Retry = "after-repair";
}

/** The header says that there is something to replay, and the log has nothing that verifies; or it writes where it may not. */
export class VhdxLogCorruptError extends StillpointError {
  readonly code = "vhdx-log-corrupt";
  readonly retry: Retry = "after-repair";
}

/** The log is larger, or its replay changes more, than this program holds in memory. */
export class VhdxLogTooLargeError extends StillpointError {
  readonly code = "vhdx-log-too-large";
  readonly retry: Retry = "after-repair";
}

/** The file is shorter than it was when its log was written, or than a structure in it says. */
export class VhdxTruncatedError extends StillpointError {
  readonly code = "vhdx-truncated";
  readonly retry: Retry = "after-repair";
}

/** An entry of the block table has an unknown state, leaves the file, or shares its space with something else. */
export class VhdxBlockTableCorruptError extends StillpointError {
  readonly code = "vhdx-block-table-corrupt";
  readonly retry: Retry = "after-repair";
}

/** The parent locator cannot be read, or lacks the linkage. */
export class VhdxParentLocatorCorruptError extends StillpointError {
  readonly code = "vhdx-parent-locator-corrupt";
  readonly retry: Retry = "after-repair";
}

/** A differencing disk's parent was not found, or not given. */
export class VhdxParentMissingError extends StillpointError {
  readonly code = "vhdx-parent-missing";
  readonly retry: Retry = "after-repair";
  /** The file whose parent is missing; undefined when it was opened without a path. */
  readonly childPath: string | undefined;

  constructor(message: string, options?: ErrorOptions & { readonly childPath?: string }) {
    super(message, options);
    this.childPath = options?.childPath;
  }
}

/** The file found as parent is not the one from which the child was made, or it was changed since. */
export class VhdxParentMismatchError extends StillpointError {
  readonly code = "vhdx-parent-mismatch";
  readonly retry: Retry = "after-repair";
  readonly childPath: string;
  readonly parentPath: string;

  constructor(message: string, paths: { readonly childPath: string; readonly parentPath: string }) {
    super(message);
    this.childPath = paths.childPath;
    this.parentPath = paths.parentPath;
  }
}

/** A file is its own ancestor. */
export class VhdxChainCycleError extends StillpointError {
  readonly code = "vhdx-chain-cycle";
  readonly retry: Retry = "after-repair";
}

/** More files in the chain than the limit. */
export class VhdxChainTooDeepError extends StillpointError {
  readonly code = "vhdx-chain-too-deep";
  readonly retry: Retry = "never";
}

/** Child and parent have different logical sector sizes. */
export class VhdxSectorSizeMismatchError extends StillpointError {
  readonly code = "vhdx-sector-size-mismatch";
  readonly retry: Retry = "after-repair";
}
