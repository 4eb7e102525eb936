import { type Retry, StillpointError } from "../../base/index.ts";

/** Why nobody could sign in. */
export type AuthenticationReason =
  /** The host does not take this name and password, or not from here. */
  | "refused"
  /** The host does not offer the way of signing in that was asked for. */
  | "not-offered"
  /** The host wants something weaker than NTLMv2 with 128-bit sealing. */
  | "too-weak"
  /** The account is known and may not use WS-Management. */
  | "not-allowed"
  /** The host let us in without proving who it is, although it was asked to. */
  | "unproven";

/** The host did not let us in. What was expected of the credential is never told. */
export class HostAuthenticationError extends StillpointError {
  readonly code = "host-authentication-failed";
  readonly retry: Retry = "after-repair";
  readonly reason: AuthenticationReason;

  constructor(message: string, facts: { readonly reason: AuthenticationReason } & ErrorOptions) {
    super(message, { cause: facts.cause });
    this.reason = facts.reason;
  }
}

/** The host's certificate is not the pinned one, or nobody vouches for it. Nothing was sent to it. */
export class HostCertificateError extends StillpointError {
  readonly code = "host-certificate-untrusted";
  readonly retry: Retry = "after-repair";
  /** SHA-256 of the certificate that the host showed, as hexadecimal digits; undefined when it showed none. */
  readonly fingerprint: string | undefined;

  constructor(message: string, facts: { readonly fingerprint?: string | undefined } & ErrorOptions) {
    super(message, { cause: facts.cause });
    this.fingerprint = facts.fingerprint;
  }
}

/** A request or an answer does not fit into the largest envelope that the host allows, also in the smallest portion. */
export class HostEnvelopeError extends StillpointError {
  readonly code = "host-envelope-too-large";
  readonly retry: Retry = "after-repair";
}

/** An answer's seal does not fit it: it was changed on the way, or is not sealed at all. It was not used. */
export class HostSealError extends StillpointError {
  readonly code = "host-answer-tampered";
  readonly retry: Retry = "later";
}

/** Why a program in a remote shell gave no exit code; the codes are those of local programs. */
export type ShellReason = "missing" | "timeout" | "failed";

const SHELL_RETRY: Readonly<Record<ShellReason, Retry>> = {
  missing: "after-repair",
  timeout: "later",
  failed: "later",
};

/** A program in a remote shell could not be started, or did not come to its own end. */
export class HostShellError extends StillpointError {
  readonly code: `host-command-${ShellReason}`;
  readonly retry: Retry;
  readonly program: string;
  readonly reason: ShellReason;

  constructor(
    message: string,
    facts: { readonly program: string; readonly reason: ShellReason } & ErrorOptions,
  ) {
    super(message, { cause: facts.cause });
    this.program = facts.program;
    this.reason = facts.reason;
    this.code = `host-command-${facts.reason}`;
    this.retry = SHELL_RETRY[facts.reason];
  }
}
