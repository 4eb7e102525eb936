import { CimAnswerError, type CimMethodResult, type CimValue } from "../../index.ts";
import type { ClassSchema, SchemaLookup, XmlElement } from "../../text/index.ts";
import { type XmlSource, xml } from "../../text/index.ts";
import { decodeProperties, encodeProperty, type ReadingContext } from "./property-elements.ts";

const RETURN_VALUE = "ReturnValue";

/** The action of a method ([MS-WSMV] 3.1.4.1.32): the class's resource, a slash, the method. */
export function methodAction(classUri: string, method: string): string {
  return `${classUri}/${method}`;
}

/** The parameters, in the order in which they were given. */
export function inputBody(
  call: { readonly classUri: string; readonly method: string },
  parameters: Readonly<Record<string, CimValue>>,
  schemaOf: SchemaLookup,
): XmlSource {
  return methodElement({ ...call, name: `${call.method}_INPUT` }, parameters, schemaOf);
}

/** What a method answered. */
export function outputBody(
  call: { readonly classUri: string; readonly method: string },
  result: CimMethodResult,
  schemaOf: SchemaLookup,
): XmlSource {
  const values = { ...result.out, [RETURN_VALUE]: result.returnValue };
  return methodElement({ ...call, name: `${call.method}_OUTPUT` }, values, schemaOf);
}

function methodElement(
  element: { readonly classUri: string; readonly name: string },
  values: Readonly<Record<string, CimValue>>,
  schemaOf: SchemaLookup,
): XmlSource {
  const content = Object.entries(values).flatMap(([name, value]) =>
    encodeProperty(element.classUri, { name, value }, schemaOf),
  );
  return xml(element.classUri, element.name, ...content);
}

/** The parameters of a call, as the host reads them. @throws {CimAnswerError} */
export function readInputBody(
  body: XmlElement | undefined,
  call: { readonly namespace: string; readonly method: string; readonly schema: ClassSchema | undefined },
): Readonly<Record<string, CimValue>> {
  if (body === undefined || body.name.toLowerCase() !== `${call.method}_INPUT`.toLowerCase()) {
    throw new CimAnswerError(`Cannot read a call of "${call.method}": its parameters are not there`);
  }
  return decodeProperties(body, contextOf(call));
}

/** The answer of a call, as the client reads it. @throws {CimAnswerError} */
export function readOutputBody(
  body: XmlElement | undefined,
  call: { readonly namespace: string; readonly method: string; readonly schema: ClassSchema | undefined },
): CimMethodResult {
  if (body?.name !== `${call.method}_OUTPUT`) {
    throw new CimAnswerError(
      `Cannot read what "${call.method}" answered: it is "${body?.name ?? "nothing"}"`,
    );
  }
  const { [RETURN_VALUE]: returned, ...out } = decodeProperties(body, contextOf(call));
  const returnValue = typeof returned === "string" ? Number(returned) : returned;
  if (typeof returnValue !== "number" || !Number.isInteger(returnValue)) {
    throw new CimAnswerError(`Cannot read what "${call.method}" answered: it has no return value`);
  }
  return { returnValue, out };
}

function contextOf(call: {
  readonly namespace: string;
  readonly method: string;
  readonly schema: ClassSchema | undefined;
}): ReadingContext {
  const parameters = call.schema?.methods.get(call.method.toLowerCase());
  return {
    namespace: call.namespace,
    itemOf: (name) => parameters?.get(name.toLowerCase()),
    undeclaredInstances: "read",
  };
}
