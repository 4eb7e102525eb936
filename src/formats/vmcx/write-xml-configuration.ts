import { KeyTreeUnwritableError } from "./errors.ts";
import type { Key, KeyLeaf, KeyNode } from "./key-tree.ts";

const DECLARATION = '<?xml version="1.0" encoding="UTF-16" standalone="yes"?>';
/** Hyper-V's lines; readers see a single LF. */
const LINE = "\r\n";
const NAME = /^[A-Za-z_][\w.-]*$/;
const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;" };

/**
 * Writes a configuration as hosts up to 2012 R2 have it: UTF-16LE with a byte order mark. The tree has one child, the
 * document's element. The caller owns the bytes.
 * @throws {KeyTreeUnwritableError} for what XML has no place for: control characters, odd names, values in files.
 */
export function writeXmlConfiguration(root: KeyNode): Uint8Array {
  const [document, ...others] = root.children;
  if (document?.type !== "node" || others.length > 0)
    throw new KeyTreeUnwritableError("", "an XML configuration has exactly one node at its root");
  const text = `${DECLARATION}${LINE}${element(document, { path: document.name, indent: "" })}`;
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let at = 0; at < text.length; at++) view.setUint16(2 + 2 * at, text.charCodeAt(at), true);
  return bytes;
}

function element(key: Key, at: { readonly path: string; readonly indent: string }): string {
  if (!NAME.test(key.name)) throw new KeyTreeUnwritableError(at.path, "its name is no XML name");
  if (key.type !== "node") {
    const [type, text] = typedText(key, at.path);
    return `${at.indent}<${key.name} type="${type}">${text}</${key.name}>${LINE}`;
  }
  const below = key.children
    .map((child) => element(child, { path: `${at.path}/${child.name}`, indent: `${at.indent}  ` }))
    .join("");
  return `${at.indent}<${key.name}>${LINE}${below}${at.indent}</${key.name}>${LINE}`;
}

function typedText(key: KeyLeaf, path: string): [type: string, text: string] {
  switch (key.type) {
    case "int":
    case "uint":
      return ["integer", String(key.value)];
    case "bool":
      return ["bool", key.value ? "True" : "False"];
    case "double":
      return ["double", String(key.value)];
    case "bytes":
      return ["bytes", `${key.value.toBase64()}${LINE}`];
    case "string":
      return ["string", escaped(key.value, path)];
    case "file":
    default:
      throw new KeyTreeUnwritableError(path, "XML has no place for values in files");
  }
}

function escaped(text: string, path: string): string {
  const forbidden = Array.from(text).some((character) => character < " " && !"\t\n\r".includes(character));
  if (forbidden || !text.isWellFormed() || /[\ufffe\uffff]/.test(text))
    throw new KeyTreeUnwritableError(path, "its text holds a character that XML cannot hold");
  return text.replace(/[&<>\r]/g, (character) => ESCAPES[character] as string);
}
