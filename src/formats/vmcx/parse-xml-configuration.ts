import { SaxesParser } from "saxes";
import { KIB, MIB } from "../../base/index.ts";
import { XmlConfigurationError } from "./errors.ts";
import { DEEPEST_TREE, type Key, type KeyNode } from "./key-tree.ts";
import { decodeXmlText } from "./xml-text.ts";
import { decodeXmlValue } from "./xml-value.ts";

/** Real ones have some tens of KiB. */
export const LARGEST_XML_BYTES = 16 * MIB;
const MAX_KEYS = 256 * KIB;

interface OpenElement {
  readonly name: string;
  readonly type: string | undefined;
  text: string;
  readonly children: Key[];
}

/**
 * Reads a configuration of 2008 to 2012 R2: elements without `type` are nodes, repeated ones an array. The tree is the
 * one that a .vmcx has, below the same root. Memory follows the bytes, which are at most 16 MiB.
 * @throws {XmlConfigurationError}
 */
export function parseXmlConfiguration(bytes: Uint8Array): KeyNode {
  if (bytes.length > LARGEST_XML_BYTES) throw new XmlConfigurationError(`it has ${bytes.length} bytes`);
  const root: OpenElement = { name: "", type: undefined, text: "", children: [] };
  const open: OpenElement[] = [root];
  let count = 0;
  const parser = new SaxesParser({ xmlns: false, position: true });
  parser.on("error", (cause) => {
    throw new XmlConfigurationError("it is not well formed", { cause });
  });
  parser.on("doctype", () => {
    throw new XmlConfigurationError("it holds a DOCTYPE, which no configuration has");
  });
  parser.on("opentag", ({ name, attributes }) => {
    const parent = open.at(-1);
    if (parent?.type !== undefined)
      throw new XmlConfigurationError(`the value "${parent.name}" holds an element`);
    if (open.length > DEEPEST_TREE)
      throw new XmlConfigurationError(`it is deeper than ${DEEPEST_TREE} levels`);
    if (++count > MAX_KEYS) throw new XmlConfigurationError(`it holds more than ${MAX_KEYS} keys`);
    open.push({ name, type: attributes["type"], text: "", children: [] });
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element?.type !== undefined) element.text += text;
    else if (text.trim() !== "") throw new XmlConfigurationError(`the node "${element?.name}" holds text`);
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const element = open.pop();
    if (element !== undefined) open.at(-1)?.children.push(keyOf(element));
  });
  parser.write(decodeXmlText(bytes)).close();
  return { name: "", type: "node", children: root.children };
}

function keyOf({ name, type, text, children }: OpenElement): Key {
  return type === undefined ? { name, type: "node", children } : decodeXmlValue(name, type, text);
}
