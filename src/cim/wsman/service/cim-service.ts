import type { Entropy } from "../../../base/index.ts";
import { newGuid } from "../../../base/index.ts";
import { CimAnswerError, CimFault, type CimInstance, type CimSession } from "../../index.ts";
import { encodeClassSchema, type XmlSource } from "../../text/index.ts";
import type { SchemaSource } from "../class-descriptions.ts";
import { itemsBody, readEnumerateBody, readPullBody } from "../messages/enumerate.ts";
import { type FaultFacts, faultBody, WSMAN_CODE } from "../messages/fault.ts";
import { encodeInstance } from "../messages/instance-element.ts";
import { outputBody, readInputBody } from "../messages/invoke.ts";
import { type ClassPlace, parseWmiResource } from "../messages/resource-uri.ts";
import { readSchemaTarget } from "../messages/schema-request.ts";
import { ACTION, FAULT_ACTION, responseAction } from "../soap/actions.ts";
import { decodeRequest, type ReadRequest } from "../soap/request-envelope.ts";
import { encodeResponse } from "../soap/response-envelope.ts";
import { writeEnvelope } from "../soap/write-envelope.ts";
import { WsmanFaultError } from "./wsman-fault-error.ts";

export interface CimServiceOptions {
  /** Whose instances and methods these are. */
  readonly session: CimSession;
  readonly schemas: SchemaSource;
  /** `nothing`: clients who ask for a class's description are refused, as before Windows Server 2012. */
  readonly describes?: "classes" | "nothing" | undefined;
  readonly entropy: Entropy;
  /** MaxEnvelopeSizekb in bytes: no answer is longer. */
  readonly maxEnvelopeBytes?: number | undefined;
  /** MaxBatchItems: no portion of a query has more instances. */
  readonly maxBatchItems?: number | undefined;
  /** Queries that were begun and not pulled to their end; the oldest one goes. */
  readonly maxListings?: number | undefined;
  /** Answers what is no matter of CIM (shells); undefined when it is none of its either. */
  readonly other?: ((request: ReadRequest) => Promise<XmlSource | undefined>) | undefined;
}

/** An answer to be sent: faults go with HTTP status 500. */
export interface ServiceAnswer {
  readonly status: 200 | 500;
  readonly envelope: string;
}

/** What a request asks for, for whoever counts, delays or refuses it. */
export interface WireOperation {
  /** `query`, `pull`, `release`, `get`, `schema`, a method's name; of shells `create`, `command`, `receive`, `send`, `signal`, `delete`. */
  readonly name: string;
  /** After this its client wants an answer, a fault at the worst. */
  readonly timeoutMs: number;
}

/** Stands around the making of an answer. @throws {WsmanFaultError} to refuse it; anything else breaks the connection */
export type AroundOperation = (
  operation: WireOperation,
  answer: () => Promise<XmlSource | undefined>,
) => Promise<XmlSource | undefined>;

interface Listing {
  readonly namespace: string;
  readonly left: CimInstance[];
}

const USUAL_ENVELOPE_BYTES = 512_000;
const USUAL_LISTINGS = 1500; // MaxConcurrentOperationsPerUser
/** What an envelope takes besides its items. */
const FRAME_BYTES = 3_000;

/** A host's side of WS-Management above any CimSession: envelopes in, envelopes out, no I/O of its own. */
export class CimService {
  readonly #options: CimServiceOptions;
  readonly #listings = new Map<string, Listing>();

  constructor(options: CimServiceOptions) {
    this.#options = options;
  }

  /**
   * Refusals become faults. Rejects with what is no refusal, such as a session whose connection broke: then the listener
   * breaks its own connection too.
   */
  async answer(
    envelope: string,
    around: AroundOperation = async (_, answer) => await answer(),
  ): Promise<ServiceAnswer> {
    let relatesTo = "";
    try {
      const request = decodeRequest(envelope);
      relatesTo = request.messageId;
      const operation = { name: operationOf(request), timeoutMs: request.operationTimeoutMs };
      const body = await around(operation, async () => await this.#dispatch(request));
      return { status: 200, envelope: this.#wrap(responseAction(request.action), relatesTo, body) };
    } catch (error) {
      const body = faultBody(factsOf(error));
      return { status: 500, envelope: this.#wrap(FAULT_ACTION.wsman, relatesTo, body) };
    }
  }

  async #dispatch(request: ReadRequest): Promise<XmlSource | undefined> {
    const described = readSchemaTarget(request);
    if (described !== undefined && request.action === ACTION.get) return this.#schema(described);
    const place = parseWmiResource(request.resourceUri);
    if (place === undefined) return await this.#other(request);
    switch (request.action) {
      case ACTION.enumerate:
        return await this.#enumerate(request, place);
      case ACTION.pull:
        return this.#pull(request);
      case ACTION.release:
        this.#listings.delete(readPullBody(request.body).context);
        return undefined;
      case ACTION.get:
        return await this.#get(request, place);
      default:
        return await this.#invoke(request, place);
    }
  }

  #schema(place: ClassPlace): XmlSource {
    const schema = this.#options.describes === "nothing" ? undefined : this.#options.schemas(place);
    if (schema === undefined)
      throw new WsmanFaultError(WSMAN_CODE.resourceNotFound, "there is no such class");
    return encodeClassSchema(schema);
  }

  async #other(request: ReadRequest): Promise<XmlSource | undefined> {
    if (this.#options.other === undefined) {
      throw new WsmanFaultError(WSMAN_CODE.resourceNotFound, "there is no such resource");
    }
    return await this.#options.other(request);
  }

  async #enumerate(request: ReadRequest, place: ClassPlace): Promise<XmlSource> {
    const { wql, maxElements } = readEnumerateBody(request.body);
    const left = await Array.fromAsync(this.#options.session.query(place.namespace, wql));
    return this.#portion("EnumerateResponse", {
      listing: { namespace: place.namespace, left },
      maxElements,
      request,
    });
  }

  #pull(request: ReadRequest): XmlSource {
    const { context, maxElements } = readPullBody(request.body);
    const listing = this.#listings.get(context);
    this.#listings.delete(context);
    if (listing === undefined) {
      throw new WsmanFaultError(WSMAN_CODE.invalidEnumerationContext, "there is no such enumeration");
    }
    return this.#portion("PullResponse", { listing, maxElements, request });
  }

  /** As many as were asked for, and as fit into an envelope. */
  #portion(
    answer: "EnumerateResponse" | "PullResponse",
    from: { readonly listing: Listing; readonly maxElements: number; readonly request: ReadRequest },
  ): XmlSource {
    const { listing, request } = from;
    const maxElements = Math.min(from.maxElements, this.#options.maxBatchItems ?? from.maxElements);
    let room = this.#largest(request) - FRAME_BYTES;
    const items: XmlSource[] = [];
    for (const next of listing.left.slice(0, maxElements)) {
      const item = this.#element(listing.namespace, next);
      room -= Buffer.byteLength(writeEnvelope(item));
      if (room < 0) break;
      items.push(item);
    }
    listing.left.splice(0, items.length);
    if (items.length === 0 && maxElements > 0 && listing.left.length > 0) {
      throw new WsmanFaultError(WSMAN_CODE.maxEnvelopeSizeExceeded, "an instance is larger than an envelope");
    }
    const context =
      listing.left.length === 0 ? undefined : `uuid:${newGuid(this.#options.entropy).toUpperCase()}`;
    if (context !== undefined) this.#keep(context, listing);
    return itemsBody(answer, { items, context });
  }

  #keep(context: string, listing: Listing): void {
    const [oldest] = this.#listings.keys();
    if (oldest !== undefined && this.#listings.size >= (this.#options.maxListings ?? USUAL_LISTINGS))
      this.#listings.delete(oldest);
    this.#listings.set(context, listing);
  }

  async #get(request: ReadRequest, place: ClassPlace): Promise<XmlSource> {
    const found = await this.#options.session.get({ kind: "reference", ...place, keys: request.selectors });
    if (found === undefined)
      throw new WsmanFaultError(WSMAN_CODE.resourceNotFound, "there is no such instance");
    return this.#element(place.namespace, found);
  }

  async #invoke(request: ReadRequest, place: ClassPlace): Promise<XmlSource> {
    const { namespace } = place;
    const method = request.action.slice(request.action.lastIndexOf("/") + 1);
    const parameters = readInputBody(request.body, {
      namespace,
      method,
      schema: this.#options.schemas(place),
    });
    const reference = { kind: "reference", ...place, keys: request.selectors } as const;
    const result = await this.#options.session.invoke(reference, method, { arguments: parameters });
    return outputBody({ classUri: request.resourceUri, method }, result, (className) =>
      this.#options.schemas({ namespace, className }),
    );
  }

  #element(namespace: string, instance: CimInstance): XmlSource {
    return encodeInstance(namespace, instance, (className) =>
      this.#options.schemas({ namespace, className }),
    );
  }

  #largest(request: ReadRequest): number {
    return Math.min(request.maxEnvelopeBytes, this.#options.maxEnvelopeBytes ?? USUAL_ENVELOPE_BYTES);
  }

  #wrap(action: string, relatesTo: string, body: XmlSource | undefined): string {
    const messageId = `uuid:${newGuid(this.#options.entropy).toUpperCase()}`;
    return encodeResponse({ action, messageId, relatesTo }, body);
  }
}

function operationOf(request: ReadRequest): string {
  if (request.action === ACTION.enumerate) return "query";
  if (request.action === ACTION.get) return readSchemaTarget(request) === undefined ? "get" : "schema";
  const last = request.action.slice(request.action.lastIndexOf("/") + 1);
  return Object.values<string>(ACTION).includes(request.action) ? last.toLowerCase() : last;
}

function factsOf(error: unknown): FaultFacts {
  if (error instanceof WsmanFaultError) {
    const { wsmanCode, message, subcode } = error;
    return { code: wsmanCode, wsmanCode, reason: message, subcode };
  }
  if (error instanceof CimFault) {
    const provider = error.parts.provider ?? "WMI Provider";
    return { ...error.parts, provider, wsmanCode: WSMAN_CODE.providerFailure, subcode: undefined };
  }
  if (error instanceof CimAnswerError) {
    const { invalidXml } = WSMAN_CODE;
    return {
      code: invalidXml,
      wsmanCode: invalidXml,
      reason: error.message,
      subcode: "SchemaValidationError",
    };
  }
  throw error;
}
