import type { Socket } from "node:net";
import {
  type Clock,
  type Entropy,
  InterruptedError,
  MIB,
  StillpointError,
  throwIfInterrupted,
} from "../../../base/index.ts";
import { CimAnswerError, CimConnectionError } from "../../index.ts";
import { HostAuthenticationError, HostEnvelopeError, HostSealError } from "../errors.ts";
import { decodeSealedBody, encodeSealedBody, SEALED_CONTENT_TYPE } from "../http/sealed-body.ts";
import { charsetOf, decodeSoapBytes, SOAP_CONTENT_TYPE } from "../http/soap-bytes.ts";
import { openSecurityContext } from "../kerberos/open-security-context.ts";
import type {
  KerberosAccount,
  MessageSeal,
  OpenSecurityContext,
  SecurityContext,
} from "../kerberos/security-context.ts";
import { NtlmClient } from "../ntlm/ntlm-client.ts";
import type { NtlmAccount } from "../ntlm/ntlm-v2-response.ts";
import type { WsmanTransport } from "../wsman-transport.ts";
import { endPointBinding } from "./channel-binding.ts";
import { type HttpChannel, HttpConnection, type HttpEndpoint, type HttpReply } from "./http-connection.ts";
import { negotiate, tokenOf } from "./negotiate-loop.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface HttpTransportOptions extends HttpEndpoint {
  /** NTLM and Basic need one with its password. Kerberos shows the ticket that is there where the password or all of it is absent. */
  readonly account?: KerberosAccount | undefined;
  /** Basic sends the password itself and is taken with TLS only. Kerberos needs the host's name, not its address. */
  readonly authentication?: "ntlm" | "basic" | "kerberos" | undefined;
  /** How Kerberos is reached; the system's own library by default. */
  readonly openSecurityContext?: OpenSecurityContext | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Two of Windows' envelopes of the largest usual size fit many times; nothing longer is kept in memory. */
const LONGEST_REPLY_BYTES = 16 * MIB;
/** A host that closes the connection each time somebody signs in is not asked for ever. */
const MOST_SIGN_INS = 3;

/** Who signed in belongs to a connection; Basic says it again with each request and seals nothing. */
interface Context extends Partial<Disposable> {
  readonly socket: Socket;
  readonly seal: MessageSeal | undefined;
}

/**
 * WS-Management over HTTP(S), by one connection that NTLM or Kerberos signs in once and then seals on. Without TLS every envelope is
 * sealed, and an answer that is not sealed is refused. When the connection was closed in between, it signs in again;
 * when it breaks in the middle of an exchange, nobody knows whether the host has read it, and the caller decides.
 */
export class HttpTransport implements WsmanTransport {
  readonly endpoint: string;
  readonly #options: HttpTransportOptions;
  readonly #connection: HttpConnection;
  #context: Context | undefined;
  #queue: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#connection = new HttpConnection(options);
    const name = options.host.includes(":") ? `[${options.host}]` : options.host; // IPv6
    this.endpoint = `${options.protocol}//${name}:${options.port}/wsman`;
  }

  /** Nothing is sent before the first exchange. @throws {HostAuthenticationError} for Basic without TLS */
  static open(options: HttpTransportOptions): HttpTransport {
    if (options.authentication !== "kerberos" && options.account?.password === undefined) {
      throw new TypeError("NTLM and Basic need an account with its password");
    }
    if (options.authentication === "basic" && options.protocol !== "https:") {
      throw new HostAuthenticationError(`Cannot sign in to "${options.host}": Basic needs HTTPS`, {
        reason: "too-weak",
      });
    }
    return new HttpTransport(options);
  }

  async exchange(
    envelope: string,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<string> {
    const before = this.#queue;
    const done = Promise.withResolvers<void>();
    this.#queue = done.promise;
    try {
      await unlessAborted(before, options.signal);
    } catch (error) {
      // whoever waits behind goes on waiting for those before
      before.then(done.resolve, done.reject);
      throw error;
    }
    try {
      return await this.#within(options, async (signal) => await this.#exchange(envelope, signal));
    } finally {
      done.resolve();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#connection[Symbol.dispose]();
    await this.#queue;
    this.#leave();
  }

  #leave(): void {
    this.#context?.[Symbol.dispose]?.();
    this.#context = undefined;
  }

  /** Ends the work when its time is over or the caller's signal fires, and says which of both it was. */
  async #within<T>(
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    throwIfInterrupted(options.signal);
    if (this.#isClosed) throw new CimConnectionError(`Cannot talk to "${this.#options.host}": it is closed`);
    const over = new AbortController();
    const finished = new AbortController();
    const waiting = this.#options.clock.sleep(options.timeoutMs, { signal: finished.signal }).then(
      () => over.abort(),
      (error: unknown) => {
        if (!(error instanceof InterruptedError)) throw error;
      },
    );
    const signals = options.signal === undefined ? [over.signal] : [over.signal, options.signal];
    try {
      return await work(AbortSignal.any(signals));
    } catch (error) {
      this.#leave(); // the sealing's count is lost
      throwIfInterrupted(options.signal);
      if (over.signal.aborted) {
        const state = `it did not answer within ${options.timeoutMs} ms`;
        throw new CimConnectionError(`Cannot talk to "${this.#options.host}": ${state}`, { cause: error });
      }
      if (error instanceof StillpointError || error instanceof TypeError) throw error;
      throw new CimConnectionError(`Cannot talk to "${this.#options.host}": the connection broke`, {
        cause: error,
      });
    } finally {
      finished.abort();
      await waiting;
    }
  }

  async #exchange(envelope: string, signal: AbortSignal): Promise<string> {
    for (let signIns = 0; signIns < MOST_SIGN_INS; signIns++) {
      const context = this.#context ?? (await this.#signIn(signal));
      this.#context = context;
      const reply = await this.#send(envelope, { context, signal });
      if (reply !== undefined) return this.#envelopeOf(reply, context);
      this.#leave();
    }
    throw new CimConnectionError(
      `Cannot talk to "${this.#options.host}": it closes the connection after each sign-in`,
    );
  }

  /** Undefined when the connection that was signed in is gone; then nothing was sent. */
  async #send(
    envelope: string,
    { context, signal }: { readonly context: Context; readonly signal: AbortSignal },
  ): Promise<HttpReply | undefined> {
    if (context.socket.destroyed) return undefined;
    const plain = Buffer.from(envelope);
    const seal = this.#options.protocol === "http:" ? context.seal : undefined;
    const headers = {
      ...(context.seal === undefined ? { authorization: this.#basicCredentials() } : {}),
      "content-type": seal === undefined ? SOAP_CONTENT_TYPE : SEALED_CONTENT_TYPE,
    };
    // sealing moves the count on, also where nothing is sent after all: the context ends then, too
    const body = seal === undefined ? plain : encodeSealedBody(seal.seal(plain));
    return await this.#post({ headers, body }, signal, ({ socket }) => socket === context.socket);
  }

  #envelopeOf(reply: HttpReply, context: Context): string {
    const { host, protocol } = this.#options;
    if (reply.status === 401) throw this.#refused("refused");
    if (reply.status === 403) throw this.#refused("not-allowed");
    if (reply.status === 413) {
      throw new HostEnvelopeError(`Cannot send a request to "${host}": it is larger than the host takes`);
    }
    if (/^multipart\/encrypted/i.test(reply.contentType) && context.seal !== undefined) {
      const sealed = decodeSealedBody(reply.body);
      const plain = context.seal.open(sealed);
      if (plain === undefined)
        throw new HostSealError(`Cannot trust an answer of "${host}": its seal does not fit`);
      return decodeSoapBytes(withoutPadding(plain), sealed.charset);
    }
    if (!/^application\/soap\+xml/i.test(reply.contentType)) {
      throw new CimAnswerError(
        `Cannot read an answer of "${host}": it is HTTP ${reply.status} without an envelope`,
      );
    }
    if (protocol === "http:")
      throw new HostSealError(`Cannot trust an answer of "${host}": it is not sealed`);
    return decodeSoapBytes(reply.body, charsetOf(reply.contentType));
  }

  async #signIn(signal: AbortSignal): Promise<Context> {
    if (this.#options.authentication === "basic") {
      return { socket: (await this.#greet(signal)).socket, seal: undefined };
    }
    if (this.#options.authentication === "kerberos") return await this.#kerberosContext(signal);
    for (const scheme of ["Negotiate", "NTLM"]) {
      const context = await this.#ntlmContext(scheme, signal);
      if (context !== undefined) return context;
    }
    throw this.#refused("not-offered");
  }

  /** An empty request, only to find out which connection there is and whether its certificate is right. */
  async #greet(signal: AbortSignal): Promise<HttpChannel> {
    let channel: HttpChannel | undefined;
    await this.#post({ headers: {}, body: new Uint8Array() }, signal, (found) => {
      channel = found;
      return true;
    });
    if (channel === undefined) throw this.#refused("not-offered");
    return channel;
  }

  /** The ticket is bound to the certificate, which is the same when the host closes the connection after the greeting. */
  async #kerberosContext(signal: AbortSignal): Promise<Context> {
    const { account, host, protocol } = this.#options;
    const certificate = protocol === "https:" ? (await this.#greet(signal)).certificate : undefined;
    const security = await (this.#options.openSecurityContext ?? openSecurityContext)({
      host,
      account,
      channelBinding: certificate === undefined ? undefined : endPointBinding(certificate),
    });
    try {
      const socket = await this.#negotiate(security, certificate, signal);
      return { socket, seal: security, [Symbol.dispose]: () => security[Symbol.dispose]() };
    } catch (error) {
      security[Symbol.dispose]();
      throw error;
    }
  }

  async #negotiate(
    security: SecurityContext,
    certificate: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<Socket> {
    let socket: Socket | undefined;
    const isRight = (found: HttpChannel): boolean => {
      if (socket === undefined && isSame(found.certificate, certificate)) socket = found.socket;
      return socket === found.socket;
    };
    await negotiate(security, {
      host: this.#options.host,
      step: async (token) => await unlessAborted(security.step(token), signal),
      post: async (scheme, token) => await this.#post(tokenContent(scheme, token), signal, isRight),
    });
    if (socket === undefined) throw this.#refused("not-offered");
    return socket;
  }

  /** [MS-NTHT]: three messages on one connection. Undefined when the host does not know the scheme. */
  async #ntlmContext(scheme: string, signal: AbortSignal): Promise<Context | undefined> {
    let channel: HttpChannel | undefined;
    const client = this.#client();
    const first = await this.#post(tokenContent(scheme, client.negotiate()), signal, (found) => {
      channel = found;
      return true;
    });
    const token = first === undefined ? undefined : tokenOf(first, scheme);
    if (token === undefined || channel === undefined) return undefined;
    const { socket, certificate } = channel;
    const { message, session } = client.authenticate(token, {
      channelBinding: certificate === undefined ? undefined : endPointBinding(certificate),
    });
    const last = await this.#post(tokenContent(scheme, message), signal, (found) => found.socket === socket);
    if (last === undefined) {
      throw new CimConnectionError(`Cannot sign in to "${this.#options.host}": it closed the connection`);
    }
    if (last.status === 401) throw this.#refused("refused");
    if (last.status === 403) throw this.#refused("not-allowed");
    return { socket, seal: session };
  }

  #client(): NtlmClient {
    const { clock, entropy, host } = this.#options;
    return new NtlmClient({
      account: this.#account(),
      servicePrincipal: `HTTP/${host}`,
      clock,
      entropy,
    });
  }

  async #post(
    content: HttpContent,
    signal: AbortSignal,
    isRight: (channel: HttpChannel) => boolean,
  ): Promise<HttpReply | undefined> {
    return await this.#connection.post(content, {
      limitBytes: LONGEST_REPLY_BYTES,
      signal,
      onChannel: isRight,
    });
  }

  #account(): NtlmAccount {
    const { account } = this.#options;
    if (account?.password === undefined) throw new TypeError("there is no password");
    return { user: account.user, domain: account.domain, password: account.password };
  }

  #basicCredentials(): string {
    const { user, domain, password } = this.#account();
    const name = domain === "" ? user : `${domain}\\${user}`;
    return `Basic ${Buffer.from(`${name}:${password.reveal()}`).toString("base64")}`;
  }

  #refused(reason: "refused" | "not-allowed" | "not-offered"): HostAuthenticationError {
    const { account, authentication, host } = this.#options;
    const state = {
      refused:
        authentication === "kerberos"
          ? "it does not take this Kerberos ticket"
          : "it does not take this name and password",
      "not-allowed": "the account may not use WS-Management",
      "not-offered": "it offers neither Negotiate nor NTLM",
    }[reason];
    const who = account === undefined ? "" : ` as "${account.user}"`;
    return new HostAuthenticationError(`Cannot sign in to "${host}"${who}: ${state}`, { reason });
  }
}

interface HttpContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0;
}

/** RFC 4757 pads with one byte of 1 where Windows pads nothing (`kerberos-rc4-padding`); no envelope ends in one. */
function withoutPadding(plain: Uint8Array): Uint8Array {
  return plain.at(-1) === 1 ? plain.subarray(0, -1) : plain;
}

function tokenContent(scheme: string, token: Uint8Array): HttpContent {
  return {
    headers: {
      authorization: `${scheme} ${Buffer.from(token).toString("base64")}`,
      "content-type": SOAP_CONTENT_TYPE,
    },
    body: new Uint8Array(),
  };
}
