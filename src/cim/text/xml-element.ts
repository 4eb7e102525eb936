const XSI = "http://www.w3.org/2001/XMLSchema-instance";

/** An element as it was read: names by URI, whatever the prefix was. */
export interface XmlElement {
  readonly uri: string;
  readonly name: string;
  /** By `uri|name`, or by name alone where an attribute has no namespace. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All character data directly inside, in order. */
  readonly text: string;
  /** The prefixes that are in force here, for values that are qualified names. */
  readonly prefixes: XmlPrefixes;
}

/** What prefixes stand for. */
export interface XmlPrefixes {
  /** The URI; undefined where nobody declared the prefix. */
  get(prefix: string): string | undefined;
}

export interface XmlName {
  readonly uri: string;
  readonly name: string;
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, uri: string, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.uri === uri && child.name === name);
}

export function childrenOf(
  element: XmlElement | undefined,
  uri: string,
  name: string,
): readonly XmlElement[] {
  return element?.children.filter((child) => child.uri === uri && child.name === name) ?? [];
}

/** The trimmed text of a child; undefined when there is none. */
export function textIn(element: XmlElement | undefined, uri: string, name: string): string | undefined {
  return childOf(element, uri, name)?.text.trim();
}

/** The first element below, at any depth, that fits. */
export function findBelow(
  element: XmlElement | undefined,
  fits: (candidate: XmlElement) => boolean,
): XmlElement | undefined {
  for (const child of element?.children ?? []) {
    const found = fits(child) ? child : findBelow(child, fits);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `xsi:nil`: sent, and nothing. */
export function isNil(element: XmlElement): boolean {
  return /^(?:true|1)$/.test(element.attributes.get(`${XSI}|nil`) ?? "");
}

/** A qualified name in a value, such as `cim:cimString`; undefined when its prefix means nothing here. */
export function qualifiedName(element: XmlElement, value: string): XmlName | undefined {
  const [, prefix = "", name] = /^(?:([^:]+):)?([^:]+)$/.exec(value.trim()) ?? [];
  const uri = element.prefixes.get(prefix) ?? (prefix === "" ? "" : undefined);
  return uri === undefined || name === undefined ? undefined : { uri, name };
}
