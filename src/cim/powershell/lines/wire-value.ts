import { CimAnswerError, type CimInstance, type CimValue } from "../../index.ts";
import { decodeEmbeddedInstance, looksEmbedded, scalarFromText } from "../../text/index.ts";
import { parseObjectPath } from "./object-path.ts";

/**
 * Values as the bridge writes them: truth values, numbers of up to 32 bits and texts as JSON's own; everything else is an
 * object with one field that says what it is.
 */
const TAGS: Readonly<Record<string, (content: string) => CimValue>> = {
  integer: (text) => scalarFromText("sint64", text),
  integers: (text) => (text === "" ? [] : text.split(" ").map((item) => scalarFromText("sint64", item))),
  bytes: (text) => [...Buffer.from(text, "base64")],
  real: (text) => realFrom(text),
  datetime: (text) => scalarFromText("datetime", text),
  path: (text) => referenceFrom(text),
  embedded: (text) => embeddedFrom(text),
};

const DEEPEST = 16; // instances in each other

/** @throws {CimAnswerError} */
export function decodeWireInstance(value: unknown): CimInstance {
  return instanceAt(value, 0);
}

function instanceAt(value: unknown, depth: number): CimInstance {
  if (depth > DEEPEST) throw tooDeep();
  const { class: className, path, properties } = recordOf(value);
  if (typeof className !== "string" || typeof path !== "string") throw unreadable(value);
  const entries = Object.entries(recordOf(properties)).map(([name, item]): [string, CimValue] => [
    name,
    decodeWireValue(item, depth),
  ]);
  const instance = { kind: "instance", className, properties: Object.fromEntries(entries) } as const;
  return path === "" ? instance : { ...instance, reference: parseObjectPath(path) };
}

function decodeWireValue(value: unknown, depth: number): CimValue {
  if (
    value === null ||
    typeof value === "boolean" ||
    typeof value === "number" ||
    typeof value === "string"
  ) {
    return value;
  }
  if (Array.isArray(value)) {
    if (value.some(Array.isArray)) throw tooDeep();
    return value.map((item) => decodeWireValue(item, depth));
  }
  const [[tag, content] = ["", undefined], ...others] = Object.entries(recordOf(value));
  if (others.length === 0 && tag === "object") return instanceAt(content, depth + 1);
  const decode = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined;
  if (others.length > 0 || decode === undefined || typeof content !== "string") throw unreadable(value);
  return decode(content);
}

/** A method's answers may hold instances although no qualifier was seen: what looks like one is one. */
export function withEmbeddedRead(value: CimValue): CimValue {
  if (typeof value === "string") return embeddedFrom(value);
  if (Array.isArray(value)) return value.map(withEmbeddedRead);
  return value;
}

function embeddedFrom(text: string): CimValue {
  return looksEmbedded(text) ? decodeEmbeddedInstance(text) : text;
}

/** Some providers outside of Hyper-V's write references without computer and namespace: those stay text. */
function referenceFrom(text: string): CimValue {
  if (text === "") return null;
  return text.startsWith("\\\\") ? parseObjectPath(text) : text;
}

/** .NET writes what is no number in words: NaN, Infinity, -Infinity. */
function realFrom(text: string): number {
  const value = Number(text);
  if (text === "" || (Number.isNaN(value) && text !== "NaN")) throw unreadable(text);
  return value;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable(value);
  return value as Readonly<Record<string, unknown>>;
}

/** Tells the beginning of a scalar; of anything else only what it is, for it may be as deep as it likes. */
function unreadable(value: unknown): CimAnswerError {
  const kind = Array.isArray(value) ? "an array" : `an object of ${Object.keys(value ?? {}).length} fields`;
  const shown = typeof value === "object" && value !== null ? kind : JSON.stringify(value)?.slice(0, 200);
  return new CimAnswerError(`Cannot read a value of the host: ${shown ?? "nothing"}`);
}

function tooDeep(): CimAnswerError {
  return new CimAnswerError("Cannot read a value of the host: it holds more in each other than CIM knows");
}
