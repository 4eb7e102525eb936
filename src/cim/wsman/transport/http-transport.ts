import type { Socket } from "node:net";
import {
  type Clock,
  type Entropy,
  InterruptedError,
  MIB,
  type Secret,
  StillpointError,
  throwIfInterrupted,
} from "../../../base/index.ts";
import { CimAnswerError, CimConnectionError } from "../../index.ts";
import { HostAuthenticationError, HostEnvelopeError, HostSealError } from "../errors.ts";
import { decodeSealedBody, encodeSealedBody, SEALED_CONTENT_TYPE } from "../http/sealed-body.ts";
import { charsetOf, decodeSoapBytes, SOAP_CONTENT_TYPE } from "../http/soap-bytes.ts";
import { NtlmClient } from "../ntlm/ntlm-client.ts";
import type { NtlmSession } from "../ntlm/ntlm-session.ts";
import type { WsmanTransport } from "../wsman-transport.ts";
import { endPointBinding } from "./channel-binding.ts";
import { type HttpChannel, HttpConnection, type HttpEndpoint, type HttpReply } from "./http-connection.ts";

export interface HttpTransportOptions extends HttpEndpoint {
  readonly account: { readonly user: string; readonly domain: string; readonly password: Secret };
  /** Basic sends the password itself and is taken with TLS only. */
  readonly authentication?: "ntlm" | "basic" | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Two of Windows' envelopes of the largest usual size fit many times; nothing longer is kept in memory. */
const LONGEST_REPLY_BYTES = 16 * MIB;
/** A host that closes the connection each time somebody signs in is not asked for ever. */
const MOST_SIGN_INS = 3;

type Context =
  | { readonly kind: "ntlm"; readonly socket: Socket; readonly session: NtlmSession }
  | { readonly kind: "basic"; readonly socket: Socket };

/**
 * WS-Management over HTTP(S), by one connection that NTLM signs in once and then seals on. Without TLS every envelope is
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
    this.endpoint = `${options.protocol}//${options.host}:${options.port}/wsman`;
  }

  /** Nothing is sent before the first exchange. @throws {HostAuthenticationError} for Basic without TLS */
  static open(options: HttpTransportOptions): HttpTransport {
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
      this.#context = undefined; // the sealing's count is lost
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
      this.#context = undefined;
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
    const isSealed = context.kind === "ntlm" && this.#options.protocol === "http:";
    const headers = {
      ...(context.kind === "basic" ? { authorization: this.#basicCredentials() } : {}),
      "content-type": isSealed ? SEALED_CONTENT_TYPE : SOAP_CONTENT_TYPE,
    };
    // sealing moves the count on, also where nothing is sent after all: the context ends then, too
    const body = isSealed ? encodeSealedBody(context.session.seal(plain)) : plain;
    return await this.#post({ headers, body }, signal, ({ socket }) => socket === context.socket);
  }

  #envelopeOf(reply: HttpReply, context: Context): string {
    const { host, protocol } = this.#options;
    if (reply.status === 401) throw this.#refused("refused");
    if (reply.status === 403) throw this.#refused("not-allowed");
    if (reply.status === 413) {
      throw new HostEnvelopeError(`Cannot send a request to "${host}": it is larger than the host takes`);
    }
    if (/^multipart\/encrypted/i.test(reply.contentType) && context.kind === "ntlm") {
      const sealed = decodeSealedBody(reply.body);
      const plain = context.session.open(sealed);
      if (plain === undefined)
        throw new HostSealError(`Cannot trust an answer of "${host}": its seal does not fit`);
      return decodeSoapBytes(plain, sealed.charset);
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
    if (this.#options.authentication === "basic") return await this.#basicContext(signal);
    for (const scheme of ["Negotiate", "NTLM"]) {
      const context = await this.#ntlmContext(scheme, signal);
      if (context !== undefined) return context;
    }
    throw this.#refused("not-offered");
  }

  /** Basic has no handshake; an empty request finds out which connection it is and whether its certificate is right. */
  async #basicContext(signal: AbortSignal): Promise<Context> {
    let channel: HttpChannel | undefined;
    await this.#post({ headers: {}, body: new Uint8Array() }, signal, (found) => {
      channel = found;
      return true;
    });
    if (channel === undefined) throw this.#refused("not-offered");
    return { kind: "basic", socket: channel.socket };
  }

  /** [MS-NTHT]: three messages on one connection. Undefined when the host does not know the scheme. */
  async #ntlmContext(scheme: string, signal: AbortSignal): Promise<Context | undefined> {
    let channel: HttpChannel | undefined;
    const client = this.#client();
    const first = await this.#post(tokenContent(scheme, client.negotiate()), signal, (found) => {
      channel = found;
      return true;
    });
    const answer = first?.challenges.find((text) =>
      text.toLowerCase().startsWith(`${scheme.toLowerCase()} `),
    );
    if (answer === undefined || channel === undefined) return undefined;
    const { socket, certificate } = channel;
    const token = Buffer.from(answer.slice(scheme.length + 1).trim(), "base64");
    const { message, session } = client.authenticate(token, {
      channelBinding: certificate === undefined ? undefined : endPointBinding(certificate),
    });
    const last = await this.#post(tokenContent(scheme, message), signal, (found) => found.socket === socket);
    if (last === undefined) {
      throw new CimConnectionError(`Cannot sign in to "${this.#options.host}": it closed the connection`);
    }
    if (last.status === 401) throw this.#refused("refused");
    if (last.status === 403) throw this.#refused("not-allowed");
    return { kind: "ntlm", socket, session };
  }

  #client(): NtlmClient {
    const { account, clock, entropy, host } = this.#options;
    return new NtlmClient({
      account,
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

  #basicCredentials(): string {
    const { user, domain, password } = this.#options.account;
    const name = domain === "" ? user : `${domain}\\${user}`;
    return `Basic ${Buffer.from(`${name}:${password.reveal()}`).toString("base64")}`;
  }

  #refused(reason: "refused" | "not-allowed" | "not-offered"): HostAuthenticationError {
    const { account, host } = this.#options;
    const state = {
      refused: "it does not take this name and password",
      "not-allowed": "the account may not use WS-Management",
      "not-offered": "it offers neither Negotiate nor NTLM",
    }[reason];
    return new HostAuthenticationError(`Cannot sign in to "${host}" as "${account.user}": ${state}`, {
      reason,
    });
  }
}

/** Waits for a promise that never rejects, or until the signal fires. @throws {InterruptedError} */
async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  throwIfInterrupted(signal);
  const aborted = Promise.withResolvers<void>();
  const stop = (): void => aborted.resolve();
  signal?.addEventListener("abort", stop, { once: true });
  await Promise.race([promise, aborted.promise]);
  signal?.removeEventListener("abort", stop);
  throwIfInterrupted(signal);
}

interface HttpContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
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
