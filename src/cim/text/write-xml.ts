import { HostArgumentError } from "../index.ts";

/** An element to be written. Attributes are named as written, with their prefixes (`s:mustUnderstand`). */
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
/** For namespaces that were given no prefix: declared where they begin. */
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

/**
 * The document's text, without a declaration; prefixes stand at its root. CIM-XML knows none.
 * @throws {HostArgumentError} for characters that XML has no place for
 */
export function writeXml(root: XmlSource, prefixes: Readonly<Record<string, string>> = {}): string {
  const declarations = Object.entries(prefixes).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  const prefixOf = new Map(Object.entries(prefixes).map(([prefix, uri]) => [uri, prefix]));
  return written(root, { outer: "", declarations: declarations.join(""), prefixOf });
}

function written(
  source: XmlSource,
  context: {
    readonly outer: string;
    readonly declarations: string;
    readonly prefixOf: ReadonlyMap<string, string>;
  },
): string {
  const { prefixOf } = context;
  const known = prefixOf.get(source.uri);
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
    typeof part === "string"
      ? escapeXml(part, /[&<>\r]/g)
      : written(part, { outer, declarations: "", prefixOf }),
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
