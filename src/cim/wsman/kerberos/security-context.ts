import type { Secret } from "../../../base/index.ts";
import type { SealedMessage } from "../ntlm/ntlm-session.ts";

/** Seals and opens messages, in the order in which they travel; one that is lost, repeated or changed breaks it for good. */
export interface MessageSeal {
  /** The caller owns the result. */
  seal(message: Uint8Array): SealedMessage;
  /** The plain message, which the caller owns; undefined when the seal does not fit it. */
  open(message: SealedMessage): Uint8Array | undefined;
}

/**
 * The client's side of a handshake that the system's own Kerberos makes, inside SPNEGO, and the sealing after it. Insists
 * on mutual authentication, integrity, confidentiality and order.
 */
export interface SecurityContext extends MessageSeal, Disposable {
  /** True once the host has proved who it is; then messages can be sealed. */
  readonly isComplete: boolean;
  /**
   * Takes the host's token, none at first, and gives ours; empty when there is nothing left to send. The first step asks
   * the realm for a ticket, which may take as long as the system waits for its key distribution centre. Disposing while
   * it does so is allowed.
   * @throws {KerberosError}
   */
  step(token?: Uint8Array): Promise<Uint8Array>;
}

/** Whose ticket is shown. Without a password it must be there already, as `kinit` or signing in to Windows leaves it. */
export interface KerberosAccount {
  readonly user: string;
  /** The realm, or empty when the user's name has it or the system's own is meant. */
  readonly domain: string;
  readonly password?: Secret | undefined;
}

export interface SecurityContextRequest {
  /** The host's name as people write it; its service principal is `HTTP/<host>`. */
  readonly host: string;
  /** Absent: the ticket of whoever runs this program. */
  readonly account?: KerberosAccount | undefined;
  /** The application data of the TLS channel's binding; absent without TLS. */
  readonly channelBinding?: Uint8Array | undefined;
}

export type OpenSecurityContext = (request: SecurityContextRequest) => Promise<SecurityContext>;
