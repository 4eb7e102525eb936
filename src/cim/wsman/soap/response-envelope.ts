import { CimAnswerError } from "../../index.ts";
import { childOf, readXml, textIn, type XmlElement, type XmlSource, xml } from "../../text/index.ts";
import { ANONYMOUS } from "./addresses.ts";
import { NS } from "./namespaces.ts";
import { writeEnvelope } from "./write-envelope.ts";

/** What an answer says before its body. */
export interface ResponseHead {
  readonly action: string;
  readonly messageId: string;
  /** The request's message id. */
  readonly relatesTo: string;
}

export interface ReadResponse {
  readonly action: string;
  readonly relatesTo: string | undefined;
  /** The first element of the body; none where there is nothing to say. */
  readonly body: XmlElement | undefined;
}

export function encodeResponse(head: ResponseHead, body?: XmlSource): string {
  const header = [
    xml(NS.a, "Action", head.action),
    xml(NS.a, "MessageID", head.messageId),
    xml(NS.a, "To", ANONYMOUS),
    xml(NS.a, "RelatesTo", head.relatesTo),
  ];
  return writeEnvelope(xml(NS.s, "Envelope", xml(NS.s, "Header", ...header), xml(NS.s, "Body", body)));
}

/** @throws {CimAnswerError} for what is no answer */
export function decodeResponse(text: string): ReadResponse {
  const envelope = readXml(text);
  const header = childOf(envelope, NS.s, "Header");
  const body = childOf(envelope, NS.s, "Body");
  const action = textIn(header, NS.a, "Action");
  if (envelope.uri !== NS.s || envelope.name !== "Envelope" || body === undefined || action === undefined) {
    throw new CimAnswerError("Cannot read an answer of the host: it is no SOAP 1.2 envelope");
  }
  return { action, relatesTo: textIn(header, NS.a, "RelatesTo"), body: body.children[0] };
}
