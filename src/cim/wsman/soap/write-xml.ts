import { HostArgumentError } from "../errors.ts";
import { NS } from "./namespaces.ts";

/** An element to be written. Attributes are named as written, with the prefixes of `NS` (`s:mustUnderstand`). */
export interface XmlSource {
  readonly uri: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: readonly (XmlSource | string)[];
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
  "\n": "&#xA;",
  "\t": "&#x9;",
};
const PREFIX_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(NS).map(([prefix, uri]) => [uri, prefix]),
);
/** For namespaces that have no prefix in the table: declared where they begin. */
const LOCAL_PREFIX = "c";

/** An element with content. */
export function xml(
  uri: string,
  name: string,
  ...content: readonly (XmlSource | string | undefined)[]
): XmlSource {
  return { uri, name, attributes: {}, content: content.filter((part) => part !== undefined) };
}

/** The same with attributes. */
export function withAttributes(source: XmlSource, attributes: Readonly<Record<string, string>>): XmlSource {
  return { ...source, attributes: { ...source.attributes, ...attributes } };
}

/** The document's text, without a declaration. @throws {HostArgumentError} for characters that XML has no place for */
export function writeXml(root: XmlSource): string {
  const declarations = Object.entries(NS).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  return written(root, { outer: "", declarations: declarations.join("") });
}

/** The same for documents that know no namespaces, such as CIM-XML. */
export function writePlainXml(root: XmlSource): string {
  return written(root, { outer: "", declarations: "" });
}

function written(
  source: XmlSource,
  context: { readonly outer: string; readonly declarations: string },
): string {
  const known = PREFIX_OF.get(source.uri);
  const isNew = known === undefined && source.uri !== context.outer;
  const declared = isNew ? declarationOf(source.uri) : "";
  const tag = source.uri === "" ? source.name : `${known ?? LOCAL_PREFIX}:${source.name}`;
  const attributes = Object.entries(source.attributes).map(
    ([name, value]) => ` ${name}="${escapeXml(value)}"`,
  );
  const head = `${tag}${context.declarations}${declared}${attributes.join("")}`;
  if (source.content.length === 0) return `<${head}/>`;
  const outer = known === undefined ? source.uri : context.outer;
  const inner = source.content.map((part) =>
    typeof part === "string" ? escapeXml(part, /[&<>\r]/g) : written(part, { outer, declarations: "" }),
  );
  return `<${head}>${inner.join("")}</${tag}>`;
}

function declarationOf(uri: string): string {
  return uri === "" ? "" : ` xmlns:${LOCAL_PREFIX}="${escapeXml(uri)}"`;
}

/** @throws {HostArgumentError} */
function escapeXml(text: string, escaped = /[&<>"\r\n\t]/g): string {
  if (!isXmlText(text)) {
    throw new HostArgumentError(
      `Cannot send ${JSON.stringify(text)} to the host: XML has no place for its characters`,
    );
  }
  return text.replace(escaped, (character) => ESCAPES[character] as string);
}

function isXmlText(text: string): boolean {
  if (!text.isWellFormed()) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return false;
    if (code === 0xfffe || code === 0xffff) return false;
  }
  return true;
}
