import type { CimReference } from "../../index.ts";
import { childOf, textIn, withAttributes, type XmlElement, type XmlSource, xml } from "../../text/index.ts";
import { ANONYMOUS } from "../soap/addresses.ts";
import { NS } from "../soap/namespaces.ts";
import { readNamedList } from "../soap/request-envelope.ts";
import { parseWmiResource, wmiResource } from "./resource-uri.ts";

/** DSP0227 6.3: names the namespace where the resource does not. */
const NAMESPACE_SELECTOR = "__cimnamespace";

/** The keys as selectors. */
export function selectorsOf(reference: CimReference): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(reference.keys).map(([name, value]) => [name, String(value)]));
}

/**
 * The parts of an endpoint reference; they stand directly inside the parameter, Windows refuses a wrapper
 * (hyperv-facts 9.1).
 */
export function encodeEndpointReference(reference: CimReference): readonly XmlSource[] {
  const selectors = Object.entries(selectorsOf(reference)).map(([name, value]) =>
    withAttributes(xml(NS.w, "Selector", value), { Name: name }),
  );
  return [
    xml(NS.a, "Address", ANONYMOUS),
    xml(
      NS.a,
      "ReferenceParameters",
      xml(NS.w, "ResourceURI", wmiResource(reference)),
      selectors.length === 0 ? undefined : xml(NS.w, "SelectorSet", ...selectors),
    ),
  ];
}

/** Whether an element holds an endpoint reference, with or without a wrapper around it. */
export function holdsEndpointReference(element: XmlElement): boolean {
  return parametersOf(element) !== undefined;
}

/**
 * The reference that an element holds; undefined when it names no class. Where the resource does not say its namespace
 * (classes of the DMTF's own schema), the selector does, else it is the one that was asked.
 */
export function decodeEndpointReference(element: XmlElement, asked: string): CimReference | undefined {
  const parameters = parametersOf(element);
  const uri = textIn(parameters, NS.w, "ResourceURI");
  if (uri === undefined) return undefined;
  const selectors = readNamedList(childOf(parameters, NS.w, "SelectorSet"), "Selector");
  const { [NAMESPACE_SELECTOR]: named, ...keys } = selectors;
  const place = parseWmiResource(uri) ?? {
    namespace: (named ?? asked).replaceAll("/", "\\"),
    className: uri.slice(uri.lastIndexOf("/") + 1),
  };
  return place.className === "" ? undefined : { kind: "reference", ...place, keys };
}

function parametersOf(element: XmlElement): XmlElement | undefined {
  return (
    childOf(element, NS.a, "ReferenceParameters") ??
    childOf(childOf(element, NS.a, "EndpointReference"), NS.a, "ReferenceParameters")
  );
}
