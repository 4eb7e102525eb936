import { StillpointError } from "../../base/index.ts";

/** The file has no VHD footer: another format, or cut off. */
export class VhdNotRecognisedError extends StillpointError {
  readonly code = "vhd-not-recognised";
  readonly retry = "never";
}

/** A footer or header is there, but its checksum does not verify, and no intact copy stands in for it. */
export class VhdChecksumError extends StillpointError {
  readonly code = "vhd-checksum";
  readonly retry = "after-repair";
}

/** A version or disk type that the specification does not define or has given up. */
export class VhdUnsupportedError extends StillpointError {
  readonly code = "vhd-unsupported";
  readonly retry = "never";
}

/** Checksums verify and the content contradicts itself or the file's length. */
export class VhdDamagedError extends StillpointError {
  readonly code = "vhd-damaged";
  readonly retry = "after-repair";
}

/** A differencing disk was to be read without the file that it builds on, or that file was not found. */
export class VhdParentMissingError extends StillpointError {
  readonly code = "vhd-parent-missing";
  readonly retry = "after-repair";
}

/** The file given as the parent is another one than the child was made from. */
export class VhdParentMismatchError extends StillpointError {
  readonly code = "vhd-parent-mismatch";
  readonly retry = "after-repair";
}

/** The chain of parents closes on itself or is longer than any real one. */
export class VhdChainError extends StillpointError {
  readonly code = "vhd-chain";
  readonly retry = "never";
}
