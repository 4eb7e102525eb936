import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/**
 * One answer of the script: a status, headers, and a body; `cut` ends the connection after so many of its bytes, and
 * `stall` leaves it open there.
 */
export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly cut?: number;
  readonly stall?: number;
}

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Uint8Array;
}

/** The document in which the API tells an error. */
export function s3Error(code: string, fields: Readonly<Record<string, string>> = {}): string {
  const more = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>told by the script</Message>${more.join("")}</Error>`;
}

/** Answers requests in the order of a script, whatever they ask: for answers that no real store gives on demand. */
export class ScriptedS3 implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;
  readonly #stalled = Promise.withResolvers<void>();
  readonly #script: ScriptedAnswer[];

  private constructor(server: Server, script: readonly ScriptedAnswer[]) {
    this.#server = server;
    this.#script = [...script];
  }

  static async start(script: readonly ScriptedAnswer[]): Promise<ScriptedS3> {
    const server = createServer();
    const scripted = new ScriptedS3(server, script);
    server.on("request", (request, response) => void scripted.#answer(request, response));
    await once(server.listen(0, "127.0.0.1"), "listening");
    return scripted;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as { readonly port: number }).port}`;
  }

  /** Resolves when an answer was sent as far as it goes. */
  get stalled(): Promise<void> {
    return this.#stalled.promise;
  }

  /** How many answers were not asked for. */
  get left(): number {
    return this.#script.length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    this.seen.push({ method, path: url, headers, body: await buffer(request) });
    const answer = this.#script.shift() ?? { status: 500, body: s3Error("ScriptAtItsEnd") };
    const body = Buffer.from(answer.body ?? "");
    response.writeHead(answer.status, { "content-length": body.length, ...answer.headers });
    if (answer.stall !== undefined)
      response.write(body.subarray(0, answer.stall), () => this.#stalled.resolve());
    else if (answer.cut === undefined) response.end(method === "HEAD" ? undefined : body);
    else response.write(body.subarray(0, answer.cut), () => response.destroy());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), "close");
  }
}
