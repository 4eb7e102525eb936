import { SaxesParser, type SaxesTagNS } from "saxes";
import { KIB, MIB } from "../../base/index.ts";
import { CimAnswerError, excerptOf } from "../index.ts";
import type { XmlElement, XmlPrefixes } from "./xml-element.ts";

/** Windows' own limit for an envelope can be raised to a few MiB; nothing that we ask for comes near. */
const LONGEST_TEXT = 16 * MIB;
const DEEPEST = 64;
const MOST_ELEMENTS = 512 * KIB;

const NO_PREFIXES: XmlPrefixes = { get: () => undefined };

interface OpenElement {
  readonly element: Omit<XmlElement, "children" | "text">;
  readonly children: XmlElement[];
  readonly text: string[];
}

/**
 * Reads one document. Strict: well formed, namespaces declared, no DOCTYPE, bounded in length, depth and number.
 * @throws {CimAnswerError}
 */
export function readXml(text: string): XmlElement {
  if (text.length > LONGEST_TEXT) throw malformed(`it has ${text.length} characters`);
  const reader = new Reader();
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on("error", (cause) => {
    throw malformed(`it is not well formed (${excerptOf(cause.message)})`, cause);
  });
  parser.on("doctype", () => {
    throw malformed("it holds a DOCTYPE");
  });
  parser.on("opentag", (tag) => reader.open(tag));
  parser.on("text", (part) => reader.addText(part));
  parser.on("cdata", (part) => reader.addText(part));
  parser.on("closetag", () => reader.close());
  parser.write(text).close();
  if (reader.root === undefined) throw malformed("it is empty");
  return reader.root;
}

class Reader {
  root: XmlElement | undefined;
  readonly #open: OpenElement[] = [];
  #count = 0;

  open(tag: SaxesTagNS): void {
    if (this.#open.length >= DEEPEST) throw malformed(`it is deeper than ${DEEPEST} levels`);
    if (++this.#count > MOST_ELEMENTS) throw malformed(`it holds more than ${MOST_ELEMENTS} elements`);
    const outer = this.#open.at(-1)?.element.prefixes ?? NO_PREFIXES;
    const declared = Object.entries(tag.ns);
    const prefixes = declared.length === 0 ? outer : scopeOf(new Map(declared), outer);
    const attributes = new Map(
      Object.values(tag.attributes).map(({ uri, local, value }) => [
        uri === "" ? local : `${uri}|${local}`,
        value,
      ]),
    );
    const element = { uri: tag.uri, name: tag.local, attributes, prefixes };
    this.#open.push({ element, children: [], text: [] });
  }

  addText(part: string): void {
    this.#open.at(-1)?.text.push(part);
  }

  close(): void {
    const closed = this.#open.pop();
    if (closed === undefined) return;
    const element = { ...closed.element, children: closed.children, text: closed.text.join("") };
    const outer = this.#open.at(-1);
    if (outer === undefined) this.root = element;
    else outer.children.push(element);
  }
}

/** Looks outwards instead of copying: a document may declare as many prefixes as it has elements. */
function scopeOf(declared: ReadonlyMap<string, string>, outer: XmlPrefixes): XmlPrefixes {
  return { get: (prefix) => declared.get(prefix) ?? outer.get(prefix) };
}

function malformed(state: string, cause?: unknown): CimAnswerError {
  return new CimAnswerError(`Cannot read an XML document of the other side: ${state}`, { cause });
}
