import { XmlConfigurationError } from "./errors.ts";
import type { KeyLeaf } from "./key-tree.ts";

/** The value of an element by its `type` attribute. @throws {XmlConfigurationError} */
export function decodeXmlValue(name: string, type: string, text: string): KeyLeaf {
  switch (type) {
    case "string":
      return { name, type: "string", value: text };
    case "integer":
      return integer(name, text.trim());
    case "bool":
      return { name, type: "bool", value: truth(name, text.trim().toLowerCase()) };
    case "bytes":
      return { name, type: "bytes", value: bytes(name, text.replace(/\s+/g, "")) };
    case "double":
      return { name, type: "double", value: double(name, text.trim()) };
    default:
      throw new XmlConfigurationError(`"${name}" has the unknown type "${type}"`);
  }
}

function integer(name: string, text: string): KeyLeaf {
  if (!/^-?\d{1,20}$/.test(text)) throw new XmlConfigurationError(`"${name}" is no integer`);
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) === value) return { name, type: "int", value };
  if (BigInt.asUintN(64, value) === value) return { name, type: "uint", value };
  throw new XmlConfigurationError(`"${name}" does not fit into 64 bits`);
}

function truth(name: string, text: string): boolean {
  if (text === "true") return true;
  if (text === "false") return false;
  throw new XmlConfigurationError(`"${name}" is neither True nor False`);
}

function double(name: string, text: string): number {
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) throw new XmlConfigurationError(`"${name}" is no number`);
  return value;
}

function bytes(name: string, text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new XmlConfigurationError(`"${name}" is no Base64`, { cause });
  }
}
