import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { HostConnectionOptions, HttpAnswer } from "../http/host-connection.ts";
import { WsmanHostConnection } from "../http/host-connection.ts";

export interface LoopbackOptions extends Omit<HostConnectionOptions, "isTls"> {
  /** PEM; with it the host speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  readonly answer: (
    envelope: string,
    facts: { readonly user: string },
  ) => Promise<{ readonly status: 200 | 500; readonly envelope: string } | "break" | "silence">;
  /** What somebody between host and client makes of an answer. */
  readonly tamper?: ((answer: HttpAnswer) => HttpAnswer) | undefined;
}

/** A WS-Management listener on a loopback port, made of the host's side of the codec. */
export class LoopbackHost implements AsyncDisposable {
  readonly port: number;
  /** Connections that were opened so far. */
  connections = 0;
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets = new Set<Socket>();

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async open(options: LoopbackOptions): Promise<LoopbackHost> {
    const perConnection = new WeakMap<Socket, WsmanHostConnection>();
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      const connection =
        perConnection.get(request.socket) ??
        new WsmanHostConnection({ ...options, isTls: options.tls !== undefined });
      perConnection.set(request.socket, connection);
      answerRequest({ request, response, connection, options }).catch((error: unknown) => {
        response.destroy(error as Error);
      });
    };
    const server = options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle);
    const listening = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", () => listening.resolve());
    await listening.promise;
    const host = new LoopbackHost(server);
    server.on("connection", (socket: Socket) => {
      host.connections++;
      host.#sockets.add(socket);
      socket.once("close", () => host.#sockets.delete(socket));
    });
    return host;
  }

  /** Closes all connections, waits until the clients know it, and goes on listening. */
  async hangUp(): Promise<void> {
    const closed = [...this.#sockets].map(async (socket) => {
      const gone = Promise.withResolvers<void>();
      socket.once("close", () => gone.resolve());
      socket.end();
      await gone.promise;
    });
    await Promise.all(closed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    this.#server.closeAllConnections();
    await closed.promise;
  }
}

async function answerRequest(exchange: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: WsmanHostConnection;
  readonly options: LoopbackOptions;
}): Promise<void> {
  const { request, response, connection, options } = exchange;
  const parts: Uint8Array[] = [];
  for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
  const reception = connection.receive({
    authorization: request.headers.authorization,
    contentType: request.headers["content-type"],
    body: Buffer.concat(parts),
  });
  const send = (answer: HttpAnswer): void => {
    const { status, headers, body } = options.tamper?.(answer) ?? answer;
    response.writeHead(status, {
      ...(headers as Record<string, string | string[]>),
      "content-length": body.length,
    });
    response.end(body);
  };
  if (reception.kind === "answered") return send(reception.answer);
  const said = await options.answer(reception.envelope, { user: reception.user });
  if (said === "break") request.socket.destroy();
  else if (said !== "silence") send(reception.reply(said.envelope, said.status));
}
