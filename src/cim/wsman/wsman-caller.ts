import { type Entropy, newGuid } from "../../base/index.ts";
import { CimAnswerError } from "../index.ts";
import type { XmlElement, XmlSource } from "../text/index.ts";
import { HostAuthenticationError, HostEnvelopeError } from "./errors.ts";
import { cimFaultOf, type FaultFacts, isSizeFault, readFault, WSMAN_CODE } from "./messages/fault.ts";
import { parseWmiResource } from "./messages/resource-uri.ts";
import { FAULT_ACTION } from "./soap/actions.ts";
import { encodeRequest } from "./soap/request-envelope.ts";
import { decodeResponse } from "./soap/response-envelope.ts";
import type { WsmanTransport } from "./wsman-transport.ts";

export interface WsmanCallerOptions {
  readonly transport: WsmanTransport;
  readonly entropy: Entropy;
  /** After this the host itself gives up and answers with a fault; Windows allows a minute. */
  readonly operationTimeoutMs?: number | undefined;
  /** The largest answer that is asked for; Windows' own limit holds where it is smaller. */
  readonly maxEnvelopeBytes?: number | undefined;
}

/** One request. */
export interface WsmanCall {
  readonly action: string;
  readonly resourceUri: string;
  readonly selectors?: Readonly<Record<string, string>> | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly body?: XmlSource | undefined;
  /** At most as long as the caller's own. */
  readonly operationTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a request came to: the body of the answer, or a fault. */
export type WsmanReply =
  | { readonly kind: "answer"; readonly body: XmlElement | undefined }
  | { readonly kind: "fault"; readonly facts: FaultFacts };

const USUAL_OPERATION_TIMEOUT_MS = 60_000; // MaxTimeoutms
const USUAL_ENVELOPE_BYTES = 512_000; // MaxEnvelopeSizekb 500
/**
 * How much longer the HTTP exchange may take than the operation: the host's own time-out always comes first, and its
 * fault says more than a broken connection ([MS-WSMV] 3.2.2: OperationTimeout and NetworkDelayms).
 */
const NETWORK_MARGIN_MS = 15_000;

/** Makes envelopes of calls, and matches the answers with them. */
export class WsmanCaller {
  readonly #options: WsmanCallerOptions;

  constructor(options: WsmanCallerOptions) {
    this.#options = options;
  }

  /**
   * The answer's body. @throws {CimFault} for what the host refuses, {HostEnvelopeError} for what is too large,
   * {HostAuthenticationError} for what the account may not do, and what the transport throws
   */
  async call(call: WsmanCall): Promise<XmlElement | undefined> {
    const reply = await this.ask(call);
    if (reply.kind === "answer") return reply.body;
    throw errorOf(call, reply.facts);
  }

  /** The same, with the host's refusal as a value. */
  async ask(call: WsmanCall): Promise<WsmanReply> {
    const { transport, entropy } = this.#options;
    const longestMs = this.#options.operationTimeoutMs ?? USUAL_OPERATION_TIMEOUT_MS;
    const operationTimeoutMs = Math.min(call.operationTimeoutMs ?? longestMs, longestMs);
    const messageId = `uuid:${newGuid(entropy).toUpperCase()}`;
    const envelope = encodeRequest(
      {
        to: transport.endpoint,
        action: call.action,
        resourceUri: call.resourceUri,
        messageId,
        selectors: call.selectors ?? {},
        options: call.options ?? {},
        maxEnvelopeBytes: this.#options.maxEnvelopeBytes ?? USUAL_ENVELOPE_BYTES,
        operationTimeoutMs,
        locale: "en-US",
      },
      call.body,
    );
    const timeoutMs = operationTimeoutMs + NETWORK_MARGIN_MS;
    const response = decodeResponse(await transport.exchange(envelope, { timeoutMs, signal: call.signal }));
    const facts = readFault(response.body);
    // faults may come from a layer that never read the message's id
    const isRelated =
      response.relatesTo === messageId || (facts !== undefined && response.relatesTo === undefined);
    if (!isRelated) {
      throw new CimAnswerError(
        `Cannot use an answer of the host: it belongs to another request than ${messageId}`,
      );
    }
    if (facts !== undefined) return { kind: "fault", facts };
    if (Object.values<string>(FAULT_ACTION).includes(response.action)) {
      throw new CimAnswerError("Cannot read a fault of the host: it holds none");
    }
    return { kind: "answer", body: response.body };
  }
}

/** What a fault is for the caller. It names the namespace: rights are given for each (`account-least`). */
export function errorOf(call: Pick<WsmanCall, "action" | "resourceUri">, facts: FaultFacts): Error {
  const namespace = parseWmiResource(call.resourceUri)?.namespace;
  const name = `"${call.action.slice(call.action.lastIndexOf("/") + 1)}"`;
  const what = namespace === undefined ? name : `${name} in "${namespace}"`;
  if (isSizeFault(facts)) {
    return new HostEnvelopeError(`Cannot do ${what}: it does not fit into an envelope (${facts.reason})`);
  }
  if (facts.wsmanCode === WSMAN_CODE.accessDenied || facts.subcode === "AccessDenied") {
    return new HostAuthenticationError(`Cannot do ${what}: the account may not (${facts.reason})`, {
      reason: "not-allowed",
    });
  }
  return cimFaultOf(what, facts);
}
