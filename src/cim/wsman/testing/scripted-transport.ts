import type { XmlSource } from "../../text/index.ts";
import { decodeRequest, type ReadRequest } from "../soap/request-envelope.ts";
import { encodeResponse } from "../soap/response-envelope.ts";
import type { WsmanTransport } from "../wsman-transport.ts";

/** Answers each request from a function: a body, or a whole envelope. */
export class ScriptedTransport implements WsmanTransport {
  readonly endpoint = "http://hv01:5985/wsman";
  readonly asked: ReadRequest[] = [];
  /** How long each exchange was allowed to take. */
  readonly timeouts: number[] = [];
  readonly #answer: (request: ReadRequest) => XmlSource | string | undefined;

  constructor(answer: (request: ReadRequest) => XmlSource | string | undefined) {
    this.#answer = answer;
  }

  async exchange(envelope: string, options: { readonly timeoutMs: number }): Promise<string> {
    const request = decodeRequest(envelope);
    this.asked.push(request);
    this.timeouts.push(options.timeoutMs);
    const answer = this.#answer(request);
    if (typeof answer === "string") return answer;
    return encodeResponse(
      { action: `${request.action}Response`, messageId: "uuid:A", relatesTo: request.messageId },
      answer,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }
}
