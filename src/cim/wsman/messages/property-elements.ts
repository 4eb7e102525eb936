import { type CimInstance, type CimValue, isInstance, isReference } from "../../index.ts";
import type { SchemaItem } from "../../text/index.ts";
import {
  type CimType,
  childOf,
  cimTypeOfXsi,
  decodeCimDatetime,
  decodeEmbeddedInstance,
  decodeIsoDatetime,
  encodeEmbeddedInstance,
  isNil,
  looksEmbedded,
  qualifiedName,
  type SchemaLookup,
  scalarFromText,
  scalarFromUntypedText,
  textOfScalar,
  withAttributes,
  type XmlElement,
  type XmlSource,
  xml,
} from "../../text/index.ts";
import { NS } from "../soap/namespaces.ts";
import {
  decodeEndpointReference,
  encodeEndpointReference,
  holdsEndpointReference,
} from "./endpoint-reference.ts";

/**
 * A property or parameter as elements of the class's namespace (DSP0230): an array is a repetition, nothing is `xsi:nil`,
 * an instance is its CIM-XML text.
 */
export function encodeProperty(
  uri: string,
  property: { readonly name: string; readonly value: CimValue },
  schemaOf: SchemaLookup,
): readonly XmlSource[] {
  const { name, value } = property;
  if (Array.isArray(value)) {
    return value.flatMap((item: CimValue) => encodeProperty(uri, { name, value: item }, schemaOf));
  }
  if (value === null) return [withAttributes(xml(uri, name), { "xsi:nil": "true" })];
  if (isReference(value)) return [xml(uri, name, ...encodeEndpointReference(value))];
  if (isInstance(value)) return [xml(uri, name, encodeEmbeddedInstance(value, schemaOf))];
  if (typeof value === "object" && "kind" in value && value.kind === "moment") {
    return [xml(uri, name, xml(NS.cim, "Datetime", value.instant.toString()))];
  }
  return [xml(uri, name, textOfScalar(value))];
}

/** How to read one kind of thing. */
export interface ReadingContext {
  /** Where references live that do not say it. */
  readonly namespace: string;
  readonly itemOf: (name: string) => SchemaItem | undefined;
  /** Parameters may hold instances although nobody says so; a property that users write may not. */
  readonly undeclaredInstances: "read" | "keep-as-text";
}

/** The children of an instance or of a method's answer, by name. @throws {CimAnswerError} */
export function decodeProperties(
  element: XmlElement,
  context: ReadingContext,
): Readonly<Record<string, CimValue>> {
  const groups = Map.groupBy(
    element.children.filter(({ uri, name }) => !(uri === NS.cim && name === "Location")),
    ({ name }) => name,
  );
  return Object.fromEntries(
    Array.from(groups, ([name, elements]) => {
      const item = context.itemOf(name);
      const values = elements.map((one) => decodeValue(one, item, context));
      if (item?.isArray !== true && values.length === 1) return [name, values[0] as CimValue];
      return [name, elements.length === 1 && values[0] === null ? null : values];
    }),
  );
}

function decodeValue(element: XmlElement, item: SchemaItem | undefined, context: ReadingContext): CimValue {
  if (isNil(element)) return null;
  if (holdsEndpointReference(element)) return decodeEndpointReference(element, context.namespace) ?? null;
  const time = timeIn(element);
  if (time !== undefined) return time;
  if (element.children.length > 0) return inlineInstance(element, context);
  const isDeclared = item === undefined ? context.undeclaredInstances === "read" : item.isEmbedded;
  const mayHold = isDeclared || context.undeclaredInstances === "read";
  if (mayHold && looksEmbedded(element.text)) return decodeEmbeddedInstance(element.text);
  const type = typeByXsi(element) ?? item?.type;
  return type === undefined ? scalarFromUntypedText(element.text) : scalarFromText(type, element.text);
}

/** DSP0230's cimDateTime: one child says which form it is. */
function timeIn(element: XmlElement): CimValue | undefined {
  const iso = childOf(element, NS.cim, "Datetime");
  const cim = childOf(element, NS.cim, "CIM_DateTime");
  const other = childOf(element, NS.cim, "Interval") ?? childOf(element, NS.cim, "Date");
  const instant = iso === undefined ? cim && decodeCimDatetime(cim.text) : decodeIsoDatetime(iso.text);
  if (instant !== undefined) return { kind: "moment", instant };
  return (iso ?? cim ?? other)?.text.trim();
}

/** An instance that is written out as elements: DSP0230 has it so, Windows for errors. */
function inlineInstance(element: XmlElement, context: ReadingContext): CimInstance {
  const typed = element.attributes.get(`${NS.xsi}|type`);
  const className =
    typed === undefined ? undefined : qualifiedName(element, typed)?.name.replace(/_Type$/, "");
  const properties = decodeProperties(element, { ...context, itemOf: () => undefined });
  return { kind: "instance", className: className ?? element.name, properties };
}

function typeByXsi(element: XmlElement): CimType | undefined {
  const typed = element.attributes.get(`${NS.xsi}|type`);
  const name = typed === undefined ? undefined : qualifiedName(element, typed);
  return name?.uri === NS.cim ? cimTypeOfXsi(name.name) : undefined;
}
