import { CimAnswerError, type CimValue, excerptOf } from "../index.ts";
import { decodeCimDatetime, decodeIsoDatetime, encodeCimDatetime } from "./cim-datetime.ts";
import type { CimType } from "./cim-type.ts";

type Family = "truth" | "time" | "real" | "integer" | "text";

const FAMILY: Readonly<Record<CimType, Family>> = {
  boolean: "truth",
  datetime: "time",
  real32: "real",
  real64: "real",
  string: "text",
  char16: "text",
  reference: "text",
  object: "text",
  uint8: "integer",
  sint8: "integer",
  uint16: "integer",
  sint16: "integer",
  uint32: "integer",
  sint32: "integer",
  uint64: "integer",
  sint64: "integer",
};

/** No type has more than 64 bits. */
const INTEGER = /^[+-]?\d{1,20}$/;

/**
 * A scalar of a known type from its text. Integers are numbers up to 2^53, bigint above it; a datetime that is no moment
 * (an interval) stays text.
 * @throws {CimAnswerError} when the text is none of that type
 */
export function scalarFromText(type: CimType, text: string): CimValue {
  switch (FAMILY[type]) {
    case "truth":
      return booleanFrom(text.trim());
    case "time": {
      const instant = decodeCimDatetime(text) ?? decodeIsoDatetime(text);
      return instant === undefined ? text : { kind: "moment", instant };
    }
    case "real":
      return realFrom(text.trim());
    case "integer":
      return integerFrom(text.trim());
    case "text":
    default:
      return text;
  }
}

/**
 * The same where nobody knows the type: what looks like a whole number or a truth value is one. Only for hosts that do
 * not describe their classes (2008 R2), and then a name of digits is mistaken for a number.
 */
export function scalarFromUntypedText(text: string): CimValue {
  if (/^(?:true|false)$/i.test(text)) return booleanFrom(text);
  return /^(?:0|-?[1-9]\d{0,19})$/.test(text) ? integerFrom(text) : text;
}

/** A scalar as WS-Management and CIM-XML write it; datetimes as CIM datetime. */
export function textOfScalar(value: CimValue): string {
  if (typeof value === "object" && value !== null && "kind" in value && value.kind === "moment") {
    return encodeCimDatetime(value.instant);
  }
  if (typeof value === "object") throw new TypeError("only scalars have a text of their own");
  return String(value);
}

function booleanFrom(text: string): boolean {
  if (/^(?:true|1)$/i.test(text)) return true;
  if (/^(?:false|0)$/i.test(text)) return false;
  throw new CimAnswerError(`Cannot read the truth value "${excerptOf(text)}" of the host`);
}

function integerFrom(text: string): number | bigint {
  if (!INTEGER.test(text))
    throw new CimAnswerError(`Cannot read the whole number "${excerptOf(text)}" of the host`);
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function realFrom(text: string): number {
  const value = Number(text);
  if (text === "" || Number.isNaN(value))
    throw new CimAnswerError(`Cannot read the number "${excerptOf(text)}" of the host`);
  return value;
}
