import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { WsmanHostConnection } from "../../cim/wsman/index.ts";
import { SimulatedListenError } from "../errors.ts";
import type { WireExchange } from "./wire-answer.ts";
import { answerExchange } from "./wire-answer.ts";
import type { WireLimits } from "./wire-limits.ts";

export interface ListenAddress {
  /** A name or an address; without brackets. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface WireListenerOptions {
  readonly address: ListenAddress;
  /** PEM; with it the listener speaks HTTPS. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  readonly limits: WireLimits;
  readonly connection: () => WsmanHostConnection;
  readonly answer: Pick<WireExchange, "service" | "operations">;
  /** What no client can be told: a fault of the simulator itself. */
  readonly onFailure: (error: unknown) => void;
}

const IDLE_MS = 120_000; // HTTP.sys keeps an idle connection for two minutes
/** What a sealed body has besides its envelope. */
const SEAL_BYTES = 4_096;

/** One port on which the host answers. */
export class WireListener implements AsyncDisposable {
  readonly address: ListenAddress;
  readonly #server: Server;
  #requests = 0;

  private constructor(server: Server, address: ListenAddress) {
    this.#server = server;
    this.address = address;
    server.on("request", () => {
      this.#requests++;
    });
  }

  /** HTTP requests that have come so far, those of handshakes among them. */
  get requests(): number {
    return this.#requests;
  }

  /** @throws {SimulatedListenError} */
  static async open(options: WireListenerOptions): Promise<WireListener> {
    const { limits, address } = options;
    const server = serverOf(options);
    server.maxConnections = limits.connections;
    server.keepAliveTimeout = IDLE_MS;
    answerRequests(server, options);
    const listening = Promise.withResolvers<void>();
    server.once("error", listening.reject);
    server.listen(address.port, address.host, listening.resolve);
    try {
      await listening.promise;
    } catch (cause) {
      throw new SimulatedListenError(
        `Cannot listen on "${address.host}:${address.port}": ${cause instanceof Error ? cause.message : "refused"}`,
        { cause },
      );
    }
    const { port } = server.address() as AddressInfo;
    return new WireListener(server, { host: address.host, port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    this.#server.closeAllConnections();
    await closed.promise;
  }
}

function serverOf({ tls, address }: WireListenerOptions): Server {
  if (tls === undefined) return createServer();
  try {
    return createTlsServer({ cert: tls.certificate, key: tls.key });
  } catch (cause) {
    const state = "the key is none, or another certificate's";
    throw new SimulatedListenError(`Cannot listen on "${address.host}:${address.port}": ${state}`, { cause });
  }
}

function answerRequests(server: Server, options: WireListenerOptions): void {
  const connections = new WeakMap<Socket, WsmanHostConnection>();
  server.on("request", (request, response) => {
    const { socket } = request;
    const connection = connections.get(socket) ?? options.connection();
    connections.set(socket, connection);
    answerExchange({
      request,
      response,
      connection,
      forget: () => void connections.delete(socket),
      ...options.answer,
      longestBody: options.limits.envelopeBytes + SEAL_BYTES,
    }).catch((error: unknown) => {
      socket.destroy();
      // a client that goes away in the middle is no failure
      if (!(error instanceof Error && "code" in error && error.code === "ECONNRESET"))
        options.onFailure(error);
    });
  });
}
