import { type CimReference, type CimValue, HostArgumentError, isInstance, isReference } from "../../index.ts";
import { textOfScalar } from "../../text/index.ts";
import { objectPathOf } from "./object-path.ts";

/** A value on its way to WMI: every scalar as text, because WMI knows the type that the class declares. */
export type ArgumentLine =
  | { readonly kind: "nothing" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly ArgumentLine[] }
  | {
      readonly kind: "instance";
      readonly class: string;
      /** Of the instance that is changed; empty for one that is made. */
      readonly path: string;
      readonly properties: readonly NamedArgument[];
    };

export interface NamedArgument {
  readonly name: string;
  readonly value: ArgumentLine;
}

/** What the bridge can be asked. README.md has the lines. */
export type BridgeRequest =
  | { readonly operation: "hello"; readonly echo: string }
  | {
      readonly operation: "query";
      readonly namespace: string;
      readonly wql: string;
      readonly count: number;
      readonly timeoutMs: number;
    }
  | { readonly operation: "more"; readonly listing: number; readonly count: number }
  | { readonly operation: "cancel"; readonly listing: number }
  | { readonly operation: "get"; readonly path: string }
  | {
      readonly operation: "invoke";
      readonly path: string;
      readonly namespace: string;
      readonly method: string;
      readonly arguments: readonly NamedArgument[];
    };

/** The request as one line of ASCII, with its end. */
export function encodeRequest(id: number, request: BridgeRequest): string {
  const text = JSON.stringify({ id, ...request });
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `${text.replaceAll(/[^\x20-\x7e]/g, escaped)}\n`;
}

/** Parameters or properties in the order in which they were given. @throws {HostArgumentError} */
export function encodeArguments(
  values: Readonly<Record<string, CimValue>>,
  machine: string,
): readonly NamedArgument[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: encodeArgument(value, machine) }));
}

function encodeArgument(value: CimValue, machine: string): ArgumentLine {
  if (value === null) return { kind: "nothing" };
  if (Array.isArray(value)) {
    return { kind: "list", items: value.map((item: CimValue) => encodeItem(item, machine)) };
  }
  if (isReference(value)) return { kind: "text", text: objectPathOf(value, machine) };
  if (!isInstance(value)) return { kind: "text", text: textOfScalar(value) };
  const path: CimReference | undefined = value.reference;
  return {
    kind: "instance",
    class: value.className,
    path: path === undefined ? "" : objectPathOf(path, machine),
    properties: encodeArguments(value.properties, machine),
  };
}

function encodeItem(value: CimValue, machine: string): ArgumentLine {
  if (value === null || Array.isArray(value)) {
    throw new HostArgumentError(
      "Cannot send an array that holds nothing or another array: CIM has no such value",
    );
  }
  return encodeArgument(value, machine);
}
