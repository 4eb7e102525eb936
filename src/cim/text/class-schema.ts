import { CimAnswerError } from "../index.ts";
import { type CimType, isCimType } from "./cim-type.ts";
import { withAttributes, type XmlSource, xml } from "./write-xml.ts";
import { findBelow, type XmlElement } from "./xml-element.ts";

/** What a class says of one property or parameter. */
export interface SchemaItem {
  readonly name: string;
  readonly type: CimType;
  readonly isArray: boolean;
  /** Its text is an instance in CIM-XML. */
  readonly isEmbedded: boolean;
  readonly isKey: boolean;
  /** Of a parameter, where the class says it; one that is both is `out`. */
  readonly direction?: "in" | "out" | undefined;
}

/** One class. Names compare without case, so the tables are keyed by lower case. */
export interface ClassSchema {
  readonly className: string;
  readonly properties: ReadonlyMap<string, SchemaItem>;
  /** Parameters by method. */
  readonly methods: ReadonlyMap<string, ReadonlyMap<string, SchemaItem>>;
}

const PROPERTY_KINDS = ["PROPERTY", "PROPERTY.ARRAY", "PROPERTY.REFERENCE"];
const PARAMETER_KINDS = ["PARAMETER", "PARAMETER.ARRAY", "PARAMETER.REFERENCE", "PARAMETER.REFARRAY"];

/**
 * Reads the class out of an answer that holds CIM-XML (DSP0201 3.2.3), wherever it stands in it.
 * @throws {CimAnswerError}
 */
export function decodeClassSchema(body: XmlElement | undefined): ClassSchema {
  const found = body?.name === "CLASS" ? body : findBelow(body, ({ name }) => name === "CLASS");
  const className = found?.attributes.get("NAME");
  if (found === undefined || className === undefined) {
    throw new CimAnswerError("Cannot read the description of a class: there is none in the answer");
  }
  const methods = found.children
    .filter(({ name }) => name === "METHOD")
    .map((method): [string, ReadonlyMap<string, SchemaItem>] => [
      (method.attributes.get("NAME") ?? "").toLowerCase(),
      itemsOf(method, PARAMETER_KINDS),
    ]);
  return { className, properties: itemsOf(found, PROPERTY_KINDS), methods: new Map(methods) };
}

function itemsOf(owner: XmlElement, kinds: readonly string[]): ReadonlyMap<string, SchemaItem> {
  const items = owner.children.filter(({ name }) => kinds.includes(name)).map(itemOf);
  return new Map(items.map((item) => [item.name.toLowerCase(), item]));
}

function itemOf(element: XmlElement): SchemaItem {
  const kind = element.name.slice(element.name.indexOf(".") + 1);
  const written = element.attributes.get("TYPE") ?? "string";
  const isReference = kind === "REFERENCE" || kind === "REFARRAY";
  return {
    name: element.attributes.get("NAME") ?? "",
    type: isReference ? "reference" : isCimType(written) ? written : "string",
    isArray: kind === "ARRAY" || kind === "REFARRAY",
    isEmbedded:
      hasQualifier(element, "EmbeddedInstance") ||
      hasQualifier(element, "EmbeddedObject") ||
      element.attributes.has("EmbeddedObject"),
    isKey: hasQualifier(element, "key"),
    ...directionOf(element),
  };
}

/** In and Out, which DSP0004 5.6.3 has in any combination. */
function directionOf(element: XmlElement): Pick<SchemaItem, "direction"> {
  if (hasQualifier(element, "out")) return { direction: "out" };
  return hasQualifier(element, "in") ? { direction: "in" } : {};
}

function hasQualifier(element: XmlElement, wanted: string): boolean {
  const qualifier = element.children.find(
    ({ name, attributes }) =>
      name === "QUALIFIER" && attributes.get("NAME")?.toLowerCase() === wanted.toLowerCase(),
  );
  return qualifier !== undefined && qualifier.children[0]?.text.trim().toLowerCase() !== "false";
}

/** The class as CIM-XML, for the body of an answer. */
export function encodeClassSchema(schema: ClassSchema): XmlSource {
  const properties = [...schema.properties.values()].map((item) => encodeItem(item, "PROPERTY"));
  const methods = [...schema.methods].map(([name, parameters]) =>
    withAttributes(
      xml("", "METHOD", ...[...parameters.values()].map((item) => encodeItem(item, "PARAMETER"))),
      { NAME: name, TYPE: "uint32" },
    ),
  );
  return withAttributes(xml("", "CLASS", ...properties, ...methods), { NAME: schema.className });
}

function encodeItem(item: SchemaItem, kind: "PROPERTY" | "PARAMETER"): XmlSource {
  const qualifiers = [
    item.isKey ? qualifier("key", "boolean", "true") : undefined,
    item.isEmbedded ? qualifier("EmbeddedInstance", "string", "") : undefined,
    kind === "PARAMETER" && item.direction !== undefined
      ? qualifier(item.direction, "boolean", "true")
      : undefined,
  ];
  if (item.type === "reference") {
    const suffix = item.isArray ? "REFARRAY" : "REFERENCE";
    return withAttributes(xml("", `${kind}.${suffix}`, ...qualifiers), { NAME: item.name });
  }
  const element = xml("", item.isArray ? `${kind}.ARRAY` : kind, ...qualifiers);
  return withAttributes(element, { NAME: item.name, TYPE: item.type });
}

function qualifier(name: string, type: string, value: string): XmlSource {
  return withAttributes(xml("", "QUALIFIER", xml("", "VALUE", value)), { NAME: name, TYPE: type });
}
