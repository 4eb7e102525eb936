import { CimAnswerError, CimConnectionError } from "../../index.ts";
import { HostAuthenticationError } from "../errors.ts";
import type { SecurityContext } from "../kerberos/security-context.ts";
import type { HttpReply } from "./http-connection.ts";

const SCHEME = "Negotiate";
/** A handshake of Kerberos has two or three messages; nobody goes on for ever. */
const MOST_ROUNDS = 6;

/** The token that a host sends with a scheme; undefined when it sends none. */
export function tokenOf(reply: HttpReply, scheme: string): Uint8Array | undefined {
  const start = `${scheme.toLowerCase()} `;
  const challenge = reply.challenges.find((text) => text.toLowerCase().startsWith(start));
  return challenge === undefined ? undefined : Buffer.from(challenge.slice(start.length).trim(), "base64");
}

/**
 * RFC 4559 with empty requests on one connection, until the host let us in and proved who it is.
 * @throws {HostAuthenticationError} {KerberosError} {CimConnectionError}
 */
export async function negotiate(
  context: Pick<SecurityContext, "isComplete" | "step">,
  parts: {
    readonly host: string;
    /** Undefined when the connection that the handshake belongs to is gone. */
    readonly post: (scheme: string, token: Uint8Array) => Promise<HttpReply | undefined>;
    readonly step: (token?: Uint8Array) => Promise<Uint8Array>;
  },
): Promise<void> {
  let token = await parts.step();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const reply = await parts.post(SCHEME, token);
    if (reply === undefined) {
      throw new CimConnectionError(`Cannot sign in to "${parts.host}": it closed the connection`);
    }
    if (reply.status === 403) throw refused(parts.host, "not-allowed");
    const answer = tokenOf(reply, SCHEME);
    if (answer === undefined) {
      if (reply.status === 401) throw refused(parts.host, isOffered(reply) ? "refused" : "not-offered");
      if (context.isComplete) return;
      throw refused(parts.host, "unproven");
    }
    token = context.isComplete ? new Uint8Array() : await parts.step(answer);
    if (context.isComplete && token.length === 0) {
      if (reply.status === 401) throw refused(parts.host, "refused");
      return;
    }
  }
  throw new CimAnswerError(`Cannot sign in to "${parts.host}": its handshake does not come to an end`);
}

function isOffered(reply: HttpReply): boolean {
  return reply.challenges.some((text) => text.toLowerCase() === SCHEME.toLowerCase());
}

const STATES = {
  refused: "it does not take this Kerberos ticket",
  "not-allowed": "the account may not use WS-Management",
  "not-offered": "it does not offer Negotiate",
  unproven: "it does not prove who it is",
};

function refused(host: string, reason: keyof typeof STATES): HostAuthenticationError {
  return new HostAuthenticationError(`Cannot sign in to "${host}" with Kerberos: ${STATES[reason]}`, {
    reason,
  });
}
