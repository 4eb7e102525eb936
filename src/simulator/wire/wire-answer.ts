import type { IncomingMessage, ServerResponse } from "node:http";
import { CimConnectionError } from "../../cim/index.ts";
import type { CimService, HttpAnswer, WsmanHostConnection } from "../../cim/wsman/index.ts";
import { WireBreak, type WireEnding } from "./wire-ending.ts";
import type { WireOperations } from "./wire-operations.ts";

export interface WireExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of the request's connection; forgotten when its client has to sign in again. */
  readonly connection: WsmanHostConnection;
  readonly forget: () => void;
  readonly service: CimService;
  readonly operations: WireOperations;
  readonly longestBody: number;
}

const PATH = "/wsman";
const CUT_AFTER = 0.5; // of the body

/** Answers one request of a connection, whatever comes of it; breaks the connection where the host's own breaks. */
export async function answerExchange(exchange: WireExchange): Promise<void> {
  const { request, response } = exchange;
  const refusal = refusalOf(request);
  if (refusal !== undefined) return send(response, { status: refusal, headers: {}, body: new Uint8Array() });
  const body = await readBody(request, exchange.longestBody);
  if (body === undefined) {
    const headers = { connection: "close" };
    return send(response, { status: 413, headers, body: new Uint8Array() });
  }
  const reception = exchange.connection.receive({
    authorization: request.headers.authorization,
    contentType: request.headers["content-type"],
    body,
  });
  if (reception.kind === "answered") return send(response, reception.answer);
  let ending: WireEnding = "whole";
  try {
    const around = exchange.operations.around((found) => {
      ending = found;
    });
    const { envelope, status } = await exchange.service.answer(reception.envelope, around);
    const answer = reception.reply(envelope, status);
    if (isCut(ending)) cut(response, answer);
    else send(response, answer);
  } catch (error) {
    if (error instanceof CimConnectionError) request.socket.destroy();
    else if (error instanceof WireBreak) endWithout(exchange, error);
    else throw error;
  }
}

function isCut(ending: WireEnding): boolean {
  return ending === "cut";
}

function endWithout(exchange: WireExchange, { ending }: WireBreak): void {
  if (ending === "nonsense") {
    const body = Buffer.from("<html><body>Bad gateway, perhaps</body></html>");
    return send(exchange.response, { status: 200, headers: { "content-type": "text/html" }, body });
  }
  exchange.forget();
  const headers = { "www-authenticate": ["Negotiate", "NTLM"] };
  send(exchange.response, { status: 401, headers, body: new Uint8Array() });
}

/** HTTP.sys knows this one place, and posts only. */
function refusalOf(request: IncomingMessage): number | undefined {
  if (request.url?.split("?")[0]?.toLowerCase() !== PATH) return 404;
  return request.method === "POST" ? undefined : 405;
}

/** Undefined when it is longer than the host takes; the rest is not read. */
async function readBody(request: IncomingMessage, longest: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > longest) return undefined;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > longest) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, {
    ...(headers as Record<string, string | string[]>),
    server: "Microsoft-HTTPAPI/2.0",
    "content-length": body.length,
  });
  response.end(body);
}

/** The head promises all of it. */
function cut(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, {
    ...(headers as Record<string, string | string[]>),
    "content-length": body.length,
  });
  response.write(body.subarray(0, Math.floor(body.length * CUT_AFTER)), () => response.destroy());
}
