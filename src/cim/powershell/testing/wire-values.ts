import { type CimInstance, type CimReference, type CimValue, isInstance, isReference } from "../../index.ts";
import {
  encodeCimDatetime,
  encodeEmbeddedInstance,
  relativePathOf,
  scalarFromUntypedText,
} from "../../text/index.ts";
import { parseObjectPath } from "../lines/object-path.ts";
import type { ArgumentLine, NamedArgument } from "../lines/request.ts";

export const MACHINE = "HV01";

/** The bridge's side of the codec, for doubles: written from README.md, not from the code that reads it. */
export function wireInstance(instance: CimInstance): unknown {
  const { className, reference, properties } = instance;
  const entries = Object.entries(properties).map(([name, value]) => [name, wireValue(value)]);
  return {
    class: className,
    path: reference === undefined ? "" : pathText(reference),
    properties: Object.fromEntries(entries),
  };
}

export function wireValue(value: CimValue): unknown {
  if (Array.isArray(value)) return value.map(wireValue);
  if (typeof value === "bigint") return { integer: String(value) };
  if (typeof value === "number") return wireNumber(value);
  if (isReference(value)) return { path: pathText(value) };
  if (isInstance(value)) return { embedded: encodeEmbeddedInstance(value, () => undefined) };
  if (typeof value === "object" && value !== null && "kind" in value) {
    return { datetime: encodeCimDatetime(value.instant) };
  }
  return value;
}

function wireNumber(value: number): unknown {
  if (Object.is(value, -0)) return { real: "-0" };
  if (!Number.isSafeInteger(value)) return { real: String(value) };
  return Math.abs(value) < 2 ** 31 ? value : { integer: String(value) };
}

function pathText(reference: CimReference): string {
  return `\\\\${MACHINE}\\${reference.namespace}:${relativePathOf(reference)}`;
}

/** What WMI makes of the texts, as far as no class is needed for it. */
export function argumentValues(named: readonly NamedArgument[]): Record<string, CimValue> {
  return Object.fromEntries(named.map(({ name, value }) => [name, argumentValue(value)]));
}

function argumentValue(line: ArgumentLine): CimValue {
  switch (line.kind) {
    case "nothing":
      return null;
    case "list":
      return line.items.map(argumentValue);
    case "instance": {
      const instance = {
        kind: "instance",
        className: line.class,
        properties: argumentValues(line.properties),
      } as const;
      return line.path === "" ? instance : { ...instance, reference: parseObjectPath(line.path) };
    }
    case "text":
    default:
      return line.text.startsWith(`\\\\${MACHINE}\\root`)
        ? parseObjectPath(line.text)
        : scalarFromUntypedText(line.text);
  }
}
