import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { getCACertificates, TLSSocket } from "node:tls";
import { CimAnswerError, CimConnectionError } from "../../index.ts";
import { trustedCertificate } from "./trust.ts";

export interface HttpEndpoint {
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the only certificate to be trusted. */
  readonly certificatePin?: string | undefined;
  /** Authorities in PEM; by default those that Node and the system know. */
  readonly authorities?: string | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  /** Values of `WWW-Authenticate`, in order. */
  readonly challenges: readonly string[];
  readonly body: Uint8Array;
}

/** The connection that an authentication belongs to, and the certificate that it was made with. */
export interface HttpChannel {
  readonly socket: Socket;
  readonly certificate: Uint8Array | undefined;
}

/**
 * One TCP connection at a time, kept alive. A request is not sent before its connection is known: when the old one is
 * gone, `onChannel` hears of the new one first and may decline.
 */
export class HttpConnection implements Disposable {
  readonly #endpoint: HttpEndpoint;
  readonly #agent: HttpAgent;

  constructor(endpoint: HttpEndpoint) {
    this.#endpoint = endpoint;
    const pool = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 };
    // every certificate is looked at by `trustedCertificate`, which can say which one it saw; a resumed session shows none
    this.#agent =
      endpoint.protocol === "https:"
        ? new HttpsAgent({ ...pool, rejectUnauthorized: false, maxCachedSessions: 0, ...caOf(endpoint) })
        : new HttpAgent(pool);
  }

  /** @throws {CimConnectionError} {HostCertificateError} {CimAnswerError} */
  async post(
    content: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array },
    options: {
      readonly limitBytes: number;
      readonly signal: AbortSignal;
      /** False: this is not the connection that the request was made for; nothing is sent and undefined comes back. */
      readonly onChannel: (channel: HttpChannel) => boolean;
    },
  ): Promise<HttpReply | undefined> {
    const { protocol, host, port } = this.#endpoint;
    const send = protocol === "https:" ? httpsRequest : httpRequest;
    const outgoing = send({
      agent: this.#agent,
      host,
      port,
      path: "/wsman",
      method: "POST",
      headers: { ...content.headers, "content-length": String(content.body.length) },
    });
    const failed = Promise.withResolvers<never>();
    outgoing.on("error", failed.reject); // stays: a destroyed request may report twice
    const stop = (): void => {
      outgoing.destroy(new Error("stopped"));
    };
    if (options.signal.aborted) stop();
    options.signal.addEventListener("abort", stop, { once: true });
    try {
      const channel = await Promise.race([this.#channel(outgoing), failed.promise]);
      if (!options.onChannel(channel)) {
        outgoing.destroy();
        return undefined;
      }
      const answered = Promise.withResolvers<IncomingMessage>();
      outgoing.once("response", answered.resolve);
      outgoing.end(content.body);
      const incoming = await Promise.race([answered.promise, failed.promise]);
      return await readReply(incoming, options.limitBytes);
    } catch (error) {
      outgoing.destroy();
      throw this.#explained(error);
    } finally {
      options.signal.removeEventListener("abort", stop);
      failed.promise.catch(() => undefined);
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #channel(outgoing: ClientRequest): Promise<HttpChannel> {
    const given = Promise.withResolvers<Socket>();
    outgoing.once("socket", given.resolve);
    const socket = await given.promise;
    await once(socket, socket instanceof TLSSocket ? "secureConnect" : "connect");
    if (!(socket instanceof TLSSocket)) return { socket, certificate: undefined };
    const { host, certificatePin } = this.#endpoint;
    try {
      return { socket, certificate: trustedCertificate(socket, host, certificatePin) };
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  #explained(error: unknown): unknown {
    if (!(error instanceof Error) || !("code" in error) || !/^E[A-Z_]+$/.test(String(error.code)))
      return error;
    const { host, port } = this.#endpoint;
    // OpenSSL's own message has several lines, with addresses and names of its source files
    const reason = "reason" in error ? `TLS failed with "${String(error.reason)}"` : error.message;
    return new CimConnectionError(`Cannot talk to "${host}:${port}": ${reason}`, { cause: error });
  }
}

/** A company's own authority is known to the system, not to Node. With a pin nobody is asked. */
function caOf({ authorities, certificatePin }: HttpEndpoint): { readonly ca?: string | string[] } {
  if (authorities !== undefined) return { ca: authorities };
  if (certificatePin !== undefined) return {};
  return { ca: [...new Set([...getCACertificates("default"), ...getCACertificates("system")])] };
}

async function once(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  const isDone =
    socket instanceof TLSSocket ? socket.getProtocol() !== null && !socket.connecting : !socket.connecting;
  if (isDone) return;
  const ready = Promise.withResolvers<void>();
  socket.once(event, () => ready.resolve());
  await ready.promise;
}

async function readReply(incoming: IncomingMessage, limitBytes: number): Promise<HttpReply> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > limitBytes) {
      throw new CimAnswerError(`Cannot read an answer of the host: it is longer than ${limitBytes} bytes`);
    }
    parts.push(part);
  }
  const named = incoming.headersDistinct["www-authenticate"] ?? [];
  return {
    status: incoming.statusCode ?? 0,
    contentType: incoming.headers["content-type"] ?? "",
    challenges: named.flatMap((value) => value.split(/,\s*(?=[A-Za-z]+(?:\s|$))/)),
    body: new Uint8Array(Buffer.concat(parts)),
  };
}
