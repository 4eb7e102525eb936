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
