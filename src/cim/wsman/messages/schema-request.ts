import { RESOURCE } from "../soap/addresses.ts";
import type { ClassPlace } from "./resource-uri.ts";

/** What asks for the description of a class, with the get action (DSP0227 1.1 15.4, [MS-WSMV] 3.1.4.1.38). */
export function schemaTarget(place: ClassPlace): {
  readonly resourceUri: string;
  readonly selectors: Readonly<Record<string, string>>;
} {
  return {
    resourceUri: RESOURCE.cimSchema,
    selectors: { __cimnamespace: place.namespace.replaceAll("\\", "/"), ClassName: place.className },
  };
}

/** The class whose description a request asks for; undefined when it is another request. */
export function readSchemaTarget(request: {
  readonly resourceUri: string;
  readonly selectors: Readonly<Record<string, string>>;
}): ClassPlace | undefined {
  const { __cimnamespace: namespace, ClassName: className } = request.selectors;
  if (request.resourceUri !== RESOURCE.cimSchema || namespace === undefined || className === undefined)
    return undefined;
  return { namespace: namespace.replaceAll("/", "\\"), className };
}
