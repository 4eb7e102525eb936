import { type Retry, StillpointError } from "../../../base/index.ts";

/** What the system said of a failed call. */
export interface KerberosFacts extends ErrorOptions {
  /** Who wanted to sign in, as `user@REALM`; undefined for whoever runs this program. */
  readonly principal?: string | undefined;
  /** Whom it was for. */
  readonly service: string;
  /** GSSAPI's major status; SSPI's status on Windows. */
  readonly major: number;
  /** The status of Kerberos itself, where the system tells it. */
  readonly minor?: number | undefined;
  /** The system's own sentence. */
  readonly systemText: string;
}

/** Kerberos did not let us show a ticket. */
export abstract class KerberosError extends StillpointError {
  readonly principal: string | undefined;
  readonly service: string;
  readonly major: number;
  readonly minor: number | undefined;
  readonly systemText: string;

  constructor(message: string, facts: KerberosFacts) {
    super(message, { cause: facts.cause });
    this.principal = facts.principal;
    this.service = facts.service;
    this.major = facts.major;
    this.minor = facts.minor;
    this.systemText = facts.systemText;
  }
}

/** There is no ticket that could be shown, or it has expired. */
export class KerberosTicketError extends KerberosError {
  readonly code = "kerberos-ticket-missing";
  readonly retry: Retry = "after-repair";
}

/** The realm does not take this name and password. What was expected is never told. */
export class KerberosPasswordError extends KerberosError {
  readonly code = "kerberos-password-refused";
  readonly retry: Retry = "after-repair";
}

/** The clocks of this computer, the realm and the host are too far apart. */
export class KerberosClockError extends KerberosError {
  readonly code = "kerberos-clock-skew";
  readonly retry: Retry = "after-repair";
}

/** The realm does not know the host's service under the name that was written. */
export class KerberosServiceError extends KerberosError {
  readonly code = "kerberos-service-unknown";
  readonly retry: Retry = "after-repair";
}

/** The realm is not known here, or none of its key distribution centres answers. */
export class KerberosRealmError extends KerberosError {
  readonly code = "kerberos-realm-unreachable";
  readonly retry: Retry = "later";
}

/** The handshake failed in another way; the system's own sentence says how. */
export class KerberosHandshakeError extends KerberosError {
  readonly code = "kerberos-handshake-failed";
  readonly retry: Retry = "after-repair";
}

/** The system's library for Kerberos, or the package that calls it, cannot be loaded. */
export class KerberosLibraryError extends StillpointError {
  readonly code = "kerberos-library-missing";
  readonly retry: Retry = "after-repair";
  readonly library: string;

  constructor(message: string, facts: { readonly library: string } & ErrorOptions) {
    super(message, { cause: facts.cause });
    this.library = facts.library;
  }
}
