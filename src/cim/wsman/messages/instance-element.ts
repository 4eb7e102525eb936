import type { CimInstance, CimReference } from "../../index.ts";
import type { ClassSchema, SchemaLookup } from "../../text/index.ts";
import { childOf, withAttributes, type XmlElement, type XmlSource, xml } from "../../text/index.ts";
import { NS } from "../soap/namespaces.ts";
import { decodeEndpointReference } from "./endpoint-reference.ts";
import { decodeProperties, encodeProperty } from "./property-elements.ts";
import { wmiResource } from "./resource-uri.ts";

/** An instance as a get or a pull answers it ([MS-WSMV] 4.1.1). */
export function encodeInstance(namespace: string, instance: CimInstance, schemaOf: SchemaLookup): XmlSource {
  const { className, properties } = instance;
  const uri = wmiResource({ namespace, className });
  const content = Object.entries(properties).flatMap(([name, value]) =>
    encodeProperty(uri, { name, value }, schemaOf),
  );
  return withAttributes(xml(uri, className, ...content), { "xsi:type": `c:${className}_Type` });
}

/**
 * Reads an instance. Its reference comes from the keys that the class names; without a class from `cim:Location`, where
 * the host sends one. @throws {CimAnswerError}
 */
export function decodeInstance(
  element: XmlElement,
  context: { readonly namespace: string; readonly schema: ClassSchema | undefined },
): CimInstance {
  const { namespace, schema } = context;
  const properties = decodeProperties(element, {
    namespace,
    itemOf: (name) => schema?.properties.get(name.toLowerCase()),
    undeclaredInstances: schema === undefined ? "read" : "keep-as-text",
  });
  const instance: CimInstance = { kind: "instance", className: element.name, properties };
  const reference = referenceByKeys(instance, context) ?? locationOf(element, namespace);
  return reference === undefined ? instance : { ...instance, reference };
}

function referenceByKeys(
  { className, properties }: CimInstance,
  context: { readonly namespace: string; readonly schema: ClassSchema | undefined },
): CimReference | undefined {
  const { namespace, schema } = context;
  if (schema === undefined) return undefined;
  const keys: Record<string, string | number | boolean> = {};
  for (const { name } of [...schema.properties.values()].filter(({ isKey }) => isKey)) {
    const value = properties[name];
    // a projection without its keys names nothing
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      return undefined;
    keys[name] = value;
  }
  return { kind: "reference", namespace, className, keys };
}

function locationOf(element: XmlElement, namespace: string): CimReference | undefined {
  const location = childOf(element, NS.cim, "Location");
  return location === undefined ? undefined : decodeEndpointReference(location, namespace);
}
