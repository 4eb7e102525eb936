import { StillpointError } from "../base/index.ts";

/** The command line asks for something that does not fit together. */
export class UsageError extends StillpointError {
  readonly code = "usage";
  readonly retry = "never";
}

/** HOST or VAULT is written in a form that this program does not know. */
export class AddressError extends StillpointError {
  readonly code = "address-not-understood";
  readonly retry = "never";
}

/** The address is understood, and this version cannot go there yet. */
export class AddressNotSupportedError extends StillpointError {
  readonly code = "address-not-supported";
  readonly retry = "never";
}

/** Nothing has this code. */
export class CodeUnknownError extends StillpointError {
  readonly code = "code-unknown";
  readonly retry = "never";
}

/** The host is a folder of files, and what is asked for needs Hyper-V. */
export class HostNotHypervError extends StillpointError {
  readonly code = "host-not-hyperv";
  readonly retry = "never";
}

/** `local` is this Windows Server, and this is not Windows. */
export class LocalHostNotWindowsError extends StillpointError {
  readonly code = "local-host-not-windows";
  readonly retry = "never";
}

/** What should say which certificate to trust is neither a fingerprint nor a readable PEM file. */
export class HostCertificateUnusableError extends StillpointError {
  readonly code = "host-certificate-unusable";
  readonly retry = "after-repair";
}

/** The path map is missing, unreadable, or a field of it is wrong. */
export class PathMapError extends StillpointError {
  readonly code = "path-map-unusable";
  readonly retry = "after-repair";
  /** `drives.D`; undefined when it is about the whole file. */
  readonly field: string | undefined;

  constructor(message: string, facts: { readonly field?: string | undefined } & ErrorOptions = {}) {
    super(message, { cause: facts.cause });
    this.field = facts.field;
  }
}

/** A file with a secret is missing, unreadable, empty or not UTF-8. */
export class SecretUnreadableError extends StillpointError {
  readonly code = "secret-unreadable";
  readonly retry = "after-repair";
}

/** A secret is needed, and nobody can be asked. */
export class SecretMissingError extends StillpointError {
  readonly code = "secret-missing";
  readonly retry = "after-repair";
}

/** The folder for journal and history cannot be made or written. */
export class StateFolderError extends StillpointError {
  readonly code = "state-folder-unusable";
  readonly retry = "after-repair";
}

/** What the program says could not be written to where its user sent it. */
export class OutputFailedError extends StillpointError {
  readonly code = "output-failed";
  readonly retry = "after-repair";
}

/** The demonstration looked at what came back, and it is not what went in. */
export class DemoProofError extends StillpointError {
  readonly code = "demo-proof-failed";
  readonly retry = "never";
}

/** So much would be removed that it is rather a slip than a wish. Nothing was removed. */
export class RemovalTooLargeError extends StillpointError {
  readonly code = "removal-too-large";
  readonly retry = "never";
  /** How many restore points would go. */
  readonly going: number;
  readonly of: number;

  constructor(message: string, facts: { readonly going: number; readonly of: number }) {
    super(message);
    this.going = facts.going;
    this.of = facts.of;
  }
}

/** A file for a new secret cannot be made. */
export class SecretFileTakenError extends StillpointError {
  readonly code = "secret-file-taken";
  readonly retry = "after-repair";
}
