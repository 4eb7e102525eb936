import { CimAnswerError } from "../../index.ts";
import {
  childOf,
  childrenOf,
  readXml,
  textIn,
  withAttributes,
  type XmlElement,
  type XmlSource,
  xml,
} from "../../text/index.ts";
import { ANONYMOUS } from "./addresses.ts";
import { decodeDuration, encodeDuration } from "./duration.ts";
import { NS, XML_NAMESPACE } from "./namespaces.ts";
import { writeEnvelope } from "./write-envelope.ts";

/** What a request says before its body ([MS-WSMV] 3.1.4.1, DSP0226 5). */
export interface RequestHead {
  readonly to: string;
  readonly action: string;
  readonly resourceUri: string;
  /** `uuid:…`; the answer relates to it. */
  readonly messageId: string;
  readonly selectors: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly maxEnvelopeBytes: number;
  /** After this the host answers with a fault. */
  readonly operationTimeoutMs: number;
  /** The language of the host's sentences. */
  readonly locale: string;
}

export interface ReadRequest extends RequestHead {
  readonly body: XmlElement | undefined;
}

const UNSTATED_ENVELOPE_BYTES = 512_000; // MaxEnvelopeSizekb 500, where a client says nothing
const UNSTATED_TIMEOUT_MS = 60_000; // MaxTimeoutms

const MUST = { "s:mustUnderstand": "true" };
const MAY = { "s:mustUnderstand": "false" };

export function encodeRequest(head: RequestHead, body?: XmlSource): string {
  const header = [
    xml(NS.a, "To", head.to),
    withAttributes(xml(NS.w, "ResourceURI", head.resourceUri), MUST),
    xml(NS.a, "ReplyTo", withAttributes(xml(NS.a, "Address", ANONYMOUS), MUST)),
    withAttributes(xml(NS.a, "Action", head.action), MUST),
    withAttributes(xml(NS.w, "MaxEnvelopeSize", String(head.maxEnvelopeBytes)), MUST),
    xml(NS.a, "MessageID", head.messageId),
    withAttributes(xml(NS.w, "Locale"), { "xml:lang": head.locale, ...MAY }),
    withAttributes(xml(NS.p, "DataLocale"), { "xml:lang": "en-US", ...MAY }),
    namedList("Selector", head.selectors),
    namedList("Option", head.options),
    xml(NS.w, "OperationTimeout", encodeDuration(head.operationTimeoutMs)),
  ];
  return writeEnvelope(xml(NS.s, "Envelope", xml(NS.s, "Header", ...header), xml(NS.s, "Body", body)));
}

function namedList(
  kind: "Selector" | "Option",
  values: Readonly<Record<string, string>>,
): XmlSource | undefined {
  const items = Object.entries(values).map(([name, value]) =>
    withAttributes(xml(NS.w, kind, value), { Name: name }),
  );
  return items.length === 0 ? undefined : xml(NS.w, `${kind}Set`, ...items);
}

/** The host's reading. @throws {CimAnswerError} for what is no request */
export function decodeRequest(text: string): ReadRequest {
  const envelope = readXml(text);
  const header = childOf(envelope, NS.s, "Header");
  const body = childOf(envelope, NS.s, "Body");
  if (envelope.uri !== NS.s || envelope.name !== "Envelope" || body === undefined) {
    throw new CimAnswerError("Cannot read a request: it is no SOAP 1.2 envelope");
  }
  const timeout = textIn(header, NS.w, "OperationTimeout");
  return {
    to: textIn(header, NS.a, "To") ?? "",
    action: required(header, NS.a, "Action"),
    resourceUri: textIn(header, NS.w, "ResourceURI") ?? "",
    messageId: required(header, NS.a, "MessageID"),
    selectors: readNamedList(childOf(header, NS.w, "SelectorSet"), "Selector"),
    options: readNamedList(childOf(header, NS.w, "OptionSet"), "Option"),
    maxEnvelopeBytes: Number(textIn(header, NS.w, "MaxEnvelopeSize") ?? UNSTATED_ENVELOPE_BYTES),
    operationTimeoutMs: decodeDuration(timeout ?? "") ?? UNSTATED_TIMEOUT_MS,
    locale: childOf(header, NS.w, "Locale")?.attributes.get(`${XML_NAMESPACE}|lang`) ?? "en-US",
    body: body.children[0],
  };
}

function required(header: XmlElement | undefined, uri: string, name: string): string {
  const value = textIn(header, uri, name);
  if (value === undefined || value === "")
    throw new CimAnswerError(`Cannot read a request: it has no ${name}`);
  return value;
}

/** Selectors or options by name. */
export function readNamedList(
  list: XmlElement | undefined,
  kind: "Selector" | "Option",
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    childrenOf(list, NS.w, kind).map((item) => [item.attributes.get("Name") ?? "", item.text.trim()]),
  );
}
