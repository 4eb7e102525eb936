import { CimFault, type CimFaultParts, excerptOf } from "../../index.ts";
import {
  childOf,
  findBelow,
  qualifiedName,
  textIn,
  withAttributes,
  type XmlElement,
  type XmlSource,
  xml,
} from "../../text/index.ts";
import { NS } from "../soap/namespaces.ts";

/** Codes of WS-Management itself (wsmerror.h) that a client acts on. */
export const WSMAN_CODE = {
  accessDenied: 5,
  resourceNotFound: 0x80338000,
  invalidEnumerationContext: 0x8033801b,
  envelopeTooLarge: 0x80338026,
  operationTimedOut: 0x80338029,
  invalidXml: 0x80338043,
  encodingLimit: 0x80338035,
  maxEnvelopeSizeExceeded: 0x80338048,
  serverEnvelopeLimit: 0x80338049,
  unexpectedSelectors: 0x8033805b,
  /** More shells, or more operations at once, than the host allows. */
  tooManyShells: 0x803381a5,
  tooManyOperations: 0x803381a6,
  operationAborted: 995,
  fileNotFound: 0x80070002,
  /** The provider refused; its own fault is inside. */
  providerFailure: 0x80338102,
} as const;

/** Codes that say: this does not fit into an envelope. */
const SIZE_CODES: ReadonlySet<number> = new Set([
  WSMAN_CODE.envelopeTooLarge,
  WSMAN_CODE.encodingLimit,
  WSMAN_CODE.maxEnvelopeSizeExceeded,
  WSMAN_CODE.serverEnvelopeLimit,
]);

/** WMI's own codes for what the DMTF numbers small (CIM_Error.CIMStatusCode, DSP0200 5.3). */
const WBEM_BY_CIM_STATUS: Readonly<Record<number, number>> = {
  2: 0x80041003, // access denied
  3: 0x8004100e, // invalid namespace
  4: 0x80041008, // invalid parameter
  5: 0x80041010, // invalid class
  6: 0x80041002, // not found
};
const WMI_FACILITY = 0x8004;
const GENERAL_FAILURE = 0x80041001;

/** Everything that a fault says. */
export interface FaultFacts extends CimFaultParts {
  /** The SOAP subcode's local name: `DestinationUnreachable`, `EncodingLimit`, `AccessDenied` … */
  readonly subcode: string | undefined;
  /** The code of WS-Management itself; `code` is WMI's where the fault holds one. */
  readonly wsmanCode: number | undefined;
}

/** The fault that an answer's body is; undefined for other bodies. Falls back where parts are missing. */
export function readFault(body: XmlElement | undefined): FaultFacts | undefined {
  if (body?.uri !== NS.s || body.name !== "Fault") return undefined;
  const detail = childOf(body, NS.s, "Detail");
  const outer = findBelow(detail, ({ uri, name }) => uri === NS.f && name === "WSManFault");
  const provider = findBelow(outer, ({ uri, name }) => uri === NS.f && name === "ProviderFault");
  const wsmanCode = numberIn(outer?.attributes.get("Code"));
  const sentence = sentenceOf(detail, outer) ?? textIn(childOf(body, NS.s, "Reason"), NS.s, "Text");
  return {
    code: wmiCodeOf(detail) ?? wsmanCode ?? GENERAL_FAILURE,
    wsmanCode,
    subcode: subcodeOf(body),
    machine: excerptIn(outer, "Machine"),
    reason: excerptOf(sentence?.trim() || "the host gave no reason"),
    ...providerPartsOf(provider),
  };
}

function subcodeOf(fault: XmlElement): string | undefined {
  const value = childOf(childOf(childOf(fault, NS.s, "Code"), NS.s, "Subcode"), NS.s, "Value");
  return value === undefined ? undefined : (qualifiedName(value, value.text)?.name ?? value.text);
}

function providerPartsOf(
  provider: XmlElement | undefined,
): Pick<FaultFacts, "provider" | "providerPath" | "providerFault"> {
  if (provider === undefined) return {};
  return {
    provider: excerptIn(provider, "provider"),
    providerPath: excerptIn(provider, "path"),
    providerFault: excerptOf(allText(provider)),
  };
}

function excerptIn(element: XmlElement | undefined, attribute: string): string | undefined {
  const value = element?.attributes.get(attribute);
  return value === undefined ? undefined : excerptOf(value);
}

/** What the session throws for a fault; `what` is the action, and where it was asked for. */
export function cimFaultOf(what: string, facts: FaultFacts): CimFault {
  const { subcode: _subcode, wsmanCode: _wsmanCode, ...parts } = facts;
  const code = `0x${facts.code.toString(16).padStart(8, "0")}`;
  return new CimFault(`Cannot do ${what}: ${facts.reason} (${code})`, parts);
}

export function isSizeFault({ wsmanCode, subcode }: FaultFacts): boolean {
  return (wsmanCode !== undefined && SIZE_CODES.has(wsmanCode)) || subcode === "EncodingLimit";
}

/** A fault as a host's body, in Windows' form: WS-Management's code outside, the provider's inside. */
export function faultBody(facts: FaultFacts): XmlSource {
  const provider =
    facts.provider === undefined
      ? undefined
      : withAttributes(
          xml(
            NS.f,
            "ProviderFault",
            withAttributes(xml(NS.f, "WSManFault", xml(NS.f, "Message", facts.reason)), {
              Code: String(facts.code),
              Machine: facts.machine ?? "",
            }),
          ),
          { provider: facts.provider, path: facts.providerPath ?? "" },
        );
  const fault = xml(NS.f, "WSManFault", xml(NS.f, "Message", provider ?? facts.reason));
  return xml(
    NS.s,
    "Fault",
    xml(
      NS.s,
      "Code",
      xml(NS.s, "Value", "s:Receiver"),
      xml(NS.s, "Subcode", xml(NS.s, "Value", `w:${facts.subcode ?? "InternalError"}`)),
    ),
    xml(NS.s, "Reason", withAttributes(xml(NS.s, "Text", facts.reason), { "xml:lang": "en-US" })),
    xml(
      NS.s,
      "Detail",
      withAttributes(fault, {
        Code: String(facts.wsmanCode ?? facts.code),
        Machine: facts.machine ?? "",
      }),
    ),
  );
}

/** The first code of WMI's in the details, else the one that stands for the DMTF's status. */
function wmiCodeOf(detail: XmlElement | undefined): number | undefined {
  const codes: number[] = [];
  let status: number | undefined;
  const visit = (element: XmlElement): void => {
    const found =
      element.name === "WSManFault"
        ? numberIn(element.attributes.get("Code"))
        : /^(?:error_Code|StatusCode)$/.test(element.name)
          ? numberIn(element.text)
          : undefined;
    if (found !== undefined) codes.push(found);
    if (element.name === "MessageID") codes.push(...hresultsIn(excerptOf(element.text)));
    if (element.name === "CIMStatusCode") status ??= numberIn(element.text);
    element.children.forEach(visit);
  };
  detail?.children.forEach(visit);
  const wmi = codes.find((code) => code >>> 16 === WMI_FACILITY);
  return wmi ?? (status === undefined ? undefined : WBEM_BY_CIM_STATUS[status]);
}

function hresultsIn(text: string): readonly number[] {
  return [...text.matchAll(/0x([0-9a-f]{8})/gi)].map(([, digits]) => Number.parseInt(digits ?? "0", 16));
}

/** Decimal text, signed or not, as an unsigned 32-bit number. */
function numberIn(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? "";
  return /^-?\d{1,10}$/.test(trimmed) ? Number(trimmed) >>> 0 : undefined;
}

/** The innermost sentence is the provider's own; the others only say that there is one. */
function sentenceOf(detail: XmlElement | undefined, outer: XmlElement | undefined): string | undefined {
  const inner = findBelow(outer, ({ name }) => name === "ProviderFault");
  const description = findBelow(inner ?? detail, ({ name }) => name === "Description" || name === "Message");
  const own = description?.text.trim();
  if (own) return own;
  const message = childOf(outer, NS.f, "Message");
  return message === undefined ? undefined : allText(message) || undefined;
}

function allText(element: XmlElement): string {
  const parts = [element.text.trim(), ...element.children.map(allText)];
  return parts.filter((part) => part !== "").join(" ");
}
