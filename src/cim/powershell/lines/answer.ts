import type { CimInstance } from "../../index.ts";
import { HostBridgeError } from "../errors.ts";
import { decodeWireInstance } from "./wire-value.ts";

/** What WMI or PowerShell said when it refused. */
export interface BridgeFault {
  /** The HRESULT, as an unsigned 32-bit number. */
  readonly code: number;
  readonly message: string;
  /** The exception's class. */
  readonly type: string;
  /** WMI's own error object (`__ExtendedStatus` or one of the provider's), where there is one. */
  readonly details: CimInstance | undefined;
}

export interface BridgeHello {
  readonly version: number;
  readonly echo: string;
  readonly machine: string;
  readonly powershell: string;
}

/** What the bridge answered; `more`: the listing goes on. */
export type BridgeAnswer =
  | {
      readonly kind: "items";
      readonly id: number;
      readonly items: readonly CimInstance[];
      readonly more: boolean;
    }
  | { readonly kind: "hello"; readonly id: number; readonly hello: BridgeHello }
  | { readonly kind: "fault"; readonly id: number; readonly fault: BridgeFault }
  | { readonly kind: "restricted"; readonly id: number; readonly mode: string };

type Fields = Readonly<Record<string, unknown>>;

const SHOWN_CHARACTERS = 200;

/** @throws {HostBridgeError} for a line that is no answer, {CimAnswerError} for an instance that cannot be read */
export function decodeAnswer(line: string): BridgeAnswer {
  const fields = fieldsOf(parsed(line), line);
  const id = numberField(fields, "id", line);
  if ("items" in fields) {
    const { items, more } = fields;
    if (!Array.isArray(items) || typeof more !== "boolean") throw garbled(line);
    return { kind: "items", id, items: items.map((item) => decodeWireInstance(item)), more };
  }
  if ("fault" in fields) return { kind: "fault", id, fault: faultOf(fieldsOf(fields["fault"], line), line) };
  if ("hello" in fields) return { kind: "hello", id, hello: helloOf(fieldsOf(fields["hello"], line), line) };
  return { kind: "restricted", id, mode: textField(fields, "restricted", line) };
}

function faultOf(fault: Fields, line: string): BridgeFault {
  const { details } = fault;
  return {
    code: numberField(fault, "code", line) >>> 0,
    message: textField(fault, "message", line),
    type: textField(fault, "type", line),
    details: details === null ? undefined : decodeWireInstance(details),
  };
}

function helloOf(hello: Fields, line: string): BridgeHello {
  return {
    version: numberField(hello, "version", line),
    echo: textField(hello, "echo", line),
    machine: textField(hello, "machine", line),
    powershell: textField(hello, "powershell", line),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw garbled(line, error);
  }
}

function fieldsOf(value: unknown, line: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw garbled(line);
  return value as Fields;
}

function numberField(fields: Fields, name: string, line: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isInteger(value)) throw garbled(line);
  return value;
}

function textField(fields: Fields, name: string, line: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw garbled(line);
  return value;
}

/** For what Windows PowerShell said instead of an answer. */
export function garbled(line: string, cause?: unknown): HostBridgeError {
  const shown = line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
  return new HostBridgeError(
    `Cannot read an answer of Windows PowerShell: it said ${JSON.stringify(shown)}`,
    {
      reason: "garbled",
      cause,
    },
  );
}
