import { CimAnswerError } from "../../index.ts";
import { isNegotiate } from "../ntlm/negotiate-message.ts";
import { NtlmAcceptor, type NtlmAcceptorOptions } from "../ntlm/ntlm-acceptor.ts";
import type { NtlmSession } from "../ntlm/ntlm-session.ts";
import { decodeSealedBody, encodeSealedBody, SEALED_CONTENT_TYPE } from "./sealed-body.ts";
import { charsetOf, decodeSoapBytes, SOAP_CONTENT_TYPE } from "./soap-bytes.ts";

/** One HTTP request, as far as it matters here. */
export interface HttpRequest {
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
}

/** What came of a request: an answer to be sent, or an envelope that somebody has to answer. */
export type HostReception =
  | { readonly kind: "answered"; readonly answer: HttpAnswer }
  | {
      readonly kind: "envelope";
      readonly envelope: string;
      readonly user: string;
      /** Faults go with status 500. Sealed where the request was; answers must be made in the order of the requests. */
      readonly reply: (envelope: string, status: 200 | 500) => HttpAnswer;
    };

export interface HostConnectionOptions {
  readonly ntlm: NtlmAcceptorOptions;
  /** Windows' `AllowUnencrypted` is off: without TLS, what is not sealed is refused. */
  readonly isTls: boolean;
  /** Basic is off unless somebody checks its credentials here. Only with TLS. */
  readonly basic?: ((user: string, password: string) => boolean) | undefined;
}

type State =
  | { readonly kind: "new" }
  | { readonly kind: "challenged"; readonly acceptor: NtlmAcceptor }
  | { readonly kind: "known"; readonly user: string; readonly session: NtlmSession };

const NO_BODY = new Uint8Array();

/**
 * A host's side of one TCP connection, without I/O: the handshake belongs to the connection, and so does the sealing
 * after it. Whoever listens makes one for each connection and hands in its requests in order.
 */
export class WsmanHostConnection {
  readonly #options: HostConnectionOptions;
  #state: State = { kind: "new" };

  constructor(options: HostConnectionOptions) {
    this.#options = options;
  }

  receive(request: HttpRequest): HostReception {
    try {
      return this.#receive(request);
    } catch (error) {
      if (!(error instanceof CimAnswerError)) throw error;
      return answered({ status: 400, headers: {}, body: Buffer.from(error.message) });
    }
  }

  #receive(request: HttpRequest): HostReception {
    const [, scheme, value] = /^(\w+)\s+(\S+)$/.exec(request.authorization ?? "") ?? [];
    if (scheme !== undefined && value !== undefined) {
      const token = Buffer.from(value, "base64");
      if (scheme.toLowerCase() === "basic") return this.#basic(token.toString("utf8"), request);
      return this.#handshake({ scheme, token }, request);
    }
    if (this.#state.kind !== "known") return this.#unknown();
    return this.#envelope(request, this.#state);
  }

  #handshake(
    offer: { readonly scheme: string; readonly token: Uint8Array },
    request: HttpRequest,
  ): HostReception {
    // a client may begin again, for instance with another scheme
    if (this.#state.kind !== "challenged" || isNegotiate(offer.token)) {
      const acceptor = new NtlmAcceptor(this.#options.ntlm);
      const challenge = Buffer.from(acceptor.challenge(offer.token)).toString("base64");
      this.#state = { kind: "challenged", acceptor };
      const headers = { "www-authenticate": `${offer.scheme} ${challenge}` };
      return answered({ status: 401, headers, body: NO_BODY });
    }
    const admission = this.#state.acceptor.admit(offer.token);
    if (admission.kind === "refused") {
      this.#state = { kind: "new" };
      return this.#unknown();
    }
    const known = { kind: "known", user: admission.user, session: admission.session } as const;
    this.#state = known;
    if (request.body.length > 0) return this.#envelope(request, known);
    return answered({ status: 200, headers: {}, body: NO_BODY });
  }

  #basic(credentials: string, request: HttpRequest): HostReception {
    const colon = credentials.indexOf(":");
    const user = credentials.slice(0, colon);
    const { basic, isTls } = this.#options;
    if (!isTls || colon < 0 || basic?.(user, credentials.slice(colon + 1)) !== true) return this.#unknown();
    return this.#plain(request, user);
  }

  #envelope(request: HttpRequest, known: Extract<State, { kind: "known" }>): HostReception {
    if (!/^multipart\/encrypted/i.test(request.contentType ?? "")) {
      if (this.#options.isTls) return this.#plain(request, known.user);
      return answered({ status: 500, headers: {}, body: Buffer.from("unencrypted traffic is not allowed") });
    }
    const sealed = decodeSealedBody(request.body);
    const plain = known.session.open(sealed);
    if (plain === undefined) {
      this.#state = { kind: "new" };
      return answered({ status: 400, headers: {}, body: Buffer.from("the seal does not fit") });
    }
    return {
      kind: "envelope",
      envelope: decodeSoapBytes(plain, sealed.charset),
      user: known.user,
      reply: (envelope, status) => ({
        status,
        headers: { "content-type": SEALED_CONTENT_TYPE },
        body: encodeSealedBody(known.session.seal(Buffer.from(envelope))),
      }),
    };
  }

  #plain(request: HttpRequest, user: string): HostReception {
    return {
      kind: "envelope",
      envelope: decodeSoapBytes(request.body, charsetOf(request.contentType ?? "")),
      user,
      reply: (envelope, status) => ({
        status,
        headers: { "content-type": SOAP_CONTENT_TYPE },
        body: Buffer.from(envelope),
      }),
    };
  }

  #unknown(): HostReception {
    const basic = this.#options.basic !== undefined && this.#options.isTls ? ['Basic realm="WSMAN"'] : [];
    return answered({
      status: 401,
      headers: { "www-authenticate": ["Negotiate", "NTLM", ...basic] },
      body: NO_BODY,
    });
  }
}

function answered(answer: HttpAnswer): HostReception {
  return { kind: "answered", answer };
}
