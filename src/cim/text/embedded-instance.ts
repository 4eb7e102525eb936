import {
  CimAnswerError,
  type CimInstance,
  type CimReference,
  type CimValue,
  HostArgumentError,
  isInstance,
  isReference,
} from "../index.ts";
import { type CimType, cimTypeOfValue, isCimType } from "./cim-type.ts";
import type { ClassSchema } from "./class-schema.ts";
import { objectPathOf } from "./object-path.ts";
import { readXml } from "./read-xml.ts";
import { scalarFromText, textOfScalar } from "./scalar-text.ts";
import { withAttributes, writeXml, type XmlSource, xml } from "./write-xml.ts";
import type { XmlElement } from "./xml-element.ts";

/** How many instances stand in each other; each is read on its own, so that many would be read very often. */
const DEEPEST = 16;

/** Finds the description of a class; undefined where the host gives none. */
export type SchemaLookup = (className: string) => ClassSchema | undefined;

/** Whether a text is an instance in CIM-XML. */
export function looksEmbedded(text: string): boolean {
  return /^\s*<INSTANCE\s[^>]*CLASSNAME\s*=/.test(text);
}

/**
 * An instance as CIM-XML text (DSP0201 3.2.4.3), the only form in which Windows takes one as a parameter (hyperv-facts
 * 9.1). Types come from the class; where nobody knows it, from the values. A property that is left out stays as it is.
 * @throws {HostArgumentError}
 */
export function encodeEmbeddedInstance(instance: CimInstance, schemaOf: SchemaLookup): string {
  const schema = schemaOf(instance.className);
  const properties = Object.entries(instance.properties).map(([name, value]) => {
    const item = schema?.properties.get(name.toLowerCase());
    const type = item === undefined || item.type === "object" ? cimTypeOfValue(value) : item.type;
    return encodeProperty({ name: item?.name ?? name, type, value }, schemaOf);
  });
  return writeXml(withAttributes(xml("", "INSTANCE", ...properties), { CLASSNAME: instance.className }));
}

function encodeProperty(
  property: { readonly name: string; readonly type: CimType; readonly value: CimValue },
  schemaOf: SchemaLookup,
): XmlSource {
  const { name, value } = property;
  // references are strings that hold an object path, as in the class of every settings object
  const type = property.type === "reference" ? "string" : property.type;
  const element = (item: CimValue): XmlSource => xml("", "VALUE", valueText(item, schemaOf));
  if (Array.isArray(value)) {
    const list = xml("", "VALUE.ARRAY", ...value.map(element));
    return withAttributes(xml("", "PROPERTY.ARRAY", list), { NAME: name, TYPE: type });
  }
  const content = value === null ? undefined : element(value);
  return withAttributes(xml("", "PROPERTY", content), { NAME: name, TYPE: type });
}

function valueText(value: CimValue, schemaOf: SchemaLookup): string {
  if (isInstance(value)) return encodeEmbeddedInstance(value, schemaOf);
  if (isReference(value)) return objectPathOf(value);
  if (value === null || Array.isArray(value)) {
    throw new HostArgumentError(
      "Cannot send an array that holds nothing or another array: CIM has no such value",
    );
  }
  return textOfScalar(value);
}

/** Reads CIM-XML text. The instance has no place of its own. @throws {CimAnswerError} */
export function decodeEmbeddedInstance(text: string): CimInstance {
  return decodeAtDepth(text, 0);
}

function decodeAtDepth(text: string, depth: number): CimInstance {
  if (depth > DEEPEST) {
    throw new CimAnswerError(`Cannot read an embedded instance: it holds more than ${DEEPEST} in each other`);
  }
  const root = readXml(text);
  const className = root.attributes.get("CLASSNAME");
  if (root.name !== "INSTANCE" || className === undefined) {
    throw new CimAnswerError("Cannot read an embedded instance: its text holds none");
  }
  const entries = root.children
    .filter(({ name }) => name.startsWith("PROPERTY"))
    .map((property): [string, CimValue] => [
      property.attributes.get("NAME") ?? "",
      decodeProperty(property, depth),
    ]);
  return { kind: "instance", className, properties: Object.fromEntries(entries) };
}

function decodeProperty(property: XmlElement, depth: number): CimValue {
  const written = property.attributes.get("TYPE") ?? "string";
  const type = isCimType(written) ? written : "string";
  const isEmbedded = [...property.attributes.keys()].some((name) => name.toLowerCase() === "embeddedobject");
  const value = property.children.find(({ name }) => name.startsWith("VALUE"));
  const decode = (element: XmlElement): CimValue => decodeValue(element, { type, isEmbedded, depth });
  if (property.name === "PROPERTY.ARRAY") {
    return value === undefined ? null : value.children.filter(({ name }) => name === "VALUE").map(decode);
  }
  if (value === undefined) return null;
  return value.name === "VALUE.REFERENCE" ? decodeReference(value) : decode(value);
}

function decodeValue(
  element: XmlElement,
  item: { readonly type: CimType; readonly isEmbedded: boolean; readonly depth: number },
): CimValue {
  if (item.isEmbedded && looksEmbedded(element.text)) return decodeAtDepth(element.text, item.depth + 1);
  return scalarFromText(item.type, element.text);
}

/** DSP0201 3.2.2: the path may say host and namespace, or only class and keys. */
function decodeReference(value: XmlElement): CimReference {
  const all = [value];
  for (const element of all) for (const child of element.children) all.push(child); // there may be many
  const attribute = (element: XmlElement, name: string): string => element.attributes.get(name) ?? "";
  const named = all.find(({ name }) => name === "INSTANCENAME");
  const keys = all
    .filter(({ name }) => name === "KEYBINDING")
    .map((binding): [string, string] => [attribute(binding, "NAME"), binding.children[0]?.text ?? ""]);
  const namespace = all
    .filter(({ name }) => name === "NAMESPACE")
    .map((element) => attribute(element, "NAME"));
  return {
    kind: "reference",
    namespace: namespace.join("\\"),
    className: named === undefined ? "" : attribute(named, "CLASSNAME"),
    keys: Object.fromEntries(keys),
  };
}
