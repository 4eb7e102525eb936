import type { CimValue } from "../index.ts";
import { isReference } from "../index.ts";

/** CIM's types as CIM-XML writes them (DSP0201), with references and inline objects. */
export type CimType =
  | "boolean"
  | "string"
  | "char16"
  | "uint8"
  | "sint8"
  | "uint16"
  | "sint16"
  | "uint32"
  | "sint32"
  | "uint64"
  | "sint64"
  | "real32"
  | "real64"
  | "datetime"
  | "reference"
  | "object";

/** `xsi:type` of a property (DSP0230 5.3) by local name. */
const WS_CIM_TYPES: Readonly<Record<string, CimType>> = {
  cimBoolean: "boolean",
  cimString: "string",
  cimChar16: "char16",
  cimUnsignedByte: "uint8",
  cimByte: "sint8",
  cimUnsignedShort: "uint16",
  cimShort: "sint16",
  cimUnsignedInt: "uint32",
  cimInt: "sint32",
  cimUnsignedLong: "uint64",
  cimLong: "sint64",
  cimFloat: "real32",
  cimDouble: "real64",
  cimDateTime: "datetime",
  cimReference: "reference",
};
const CIM_TYPES: ReadonlySet<string> = new Set<CimType>([...Object.values(WS_CIM_TYPES), "object"]);

const LARGEST_UINT32 = 2 ** 32 - 1;

export function isCimType(text: string): text is CimType {
  return CIM_TYPES.has(text);
}

export function cimTypeOfXsi(localName: string): CimType | undefined {
  return WS_CIM_TYPES[localName];
}

/** The type that a value is sent as where nobody knows its class: integers take the smaller of 32 and 64 bits. */
export function cimTypeOfValue(value: CimValue): CimType {
  if (Array.isArray(value)) return value.length === 0 ? "string" : cimTypeOfValue(value[0] as CimValue);
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "bigint") return value < 0n ? "sint64" : "uint64";
  if (typeof value === "number") return numberType(value);
  if (isReference(value)) return "reference";
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "moment"
    ? "datetime"
    : "string";
}

function numberType(value: number): CimType {
  if (!Number.isInteger(value)) return "real64";
  if (value < 0) return value >= -(2 ** 31) ? "sint32" : "sint64";
  return value <= LARGEST_UINT32 ? "uint32" : "uint64";
}
