import { systemEntropy } from "../../../base/index.ts";
import type { CimSession } from "../../index.ts";
import { type FaultFacts, faultBody } from "../messages/fault.ts";
import { CimService, type CimServiceOptions } from "../service/cim-service.ts";
import { FAULT_ACTION } from "../soap/actions.ts";
import { decodeRequest, type ReadRequest } from "../soap/request-envelope.ts";
import { encodeResponse } from "../soap/response-envelope.ts";
import type { WsmanTransport } from "../wsman-transport.ts";

export interface Twists extends Partial<CimServiceOptions> {
  /** A fault in place of the host's own answer. */
  readonly refuse?: ((request: ReadRequest, envelope: string) => Partial<FaultFacts> | undefined) | undefined;
  /** What becomes of an answer on its way. */
  readonly answer?: ((envelope: string, request: ReadRequest) => string) | undefined;
}

/** A host's WS-Management above a session, without a network, that answers otherwise than ours where it is told to. */
export class TwistedHost implements WsmanTransport {
  readonly endpoint = "http://hv01:5985/wsman";
  /** Envelopes that it was asked, in order. */
  readonly asked: string[] = [];
  readonly #twists: Twists;
  readonly #service: CimService;

  constructor(
    behind: Pick<CimServiceOptions, "session" | "schemas"> | { readonly session: CimSession },
    twists: Twists = {},
  ) {
    const { refuse: _refuse, answer: _answer, ...options } = twists;
    this.#twists = twists;
    this.#service = new CimService({
      schemas: () => undefined,
      ...behind,
      entropy: systemEntropy,
      ...options,
    });
  }

  async exchange(envelope: string): Promise<string> {
    this.asked.push(envelope);
    const request = decodeRequest(envelope);
    const refused = this.#twists.refuse?.(request, envelope);
    if (refused !== undefined) return fault(request, refused);
    const answer = await this.#service.answer(envelope);
    return this.#twists.answer?.(answer.envelope, request) ?? answer.envelope;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }
}

function fault(request: ReadRequest, facts: Partial<FaultFacts>): string {
  const body = faultBody({ code: 1, wsmanCode: undefined, subcode: undefined, reason: "no", ...facts });
  const { messageId } = request;
  return encodeResponse({ action: FAULT_ACTION.wsman, messageId: "uuid:F", relatesTo: messageId }, body);
}
