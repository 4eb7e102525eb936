import { type ByteSource, MemoryStore } from "../../disk/index.ts";
import type { Key, KeyLeaf } from "./key-tree.ts";
import {
  BoolData,
  DoubleData,
  FilePointer,
  InlineLength,
  IntData,
  KEY_BOOL,
  KEY_BYTES,
  KEY_DOUBLE,
  KEY_INT,
  KEY_NODE,
  KEY_STRING,
  KEY_UINT,
  NodeData,
  UintData,
} from "./layout.ts";

/** From here on a value lies in a file object. */
const FILE_THRESHOLD = 2048;

/** The value's bytes if they belong into a file object; undefined for what stays in a key table. */
export function fileContent(key: KeyLeaf): ByteSource | undefined {
  if (key.type === "file") return key.content;
  const bytes = variableBytes(key);
  return bytes === undefined || bytes.length < FILE_THRESHOLD ? undefined : new MemoryStore(bytes);
}

/** The bytes of a value that has no fixed size and is in memory. */
export function variableBytes(key: KeyLeaf): Uint8Array | undefined {
  if (key.type === "bytes") return key.value;
  return key.type === "string" ? encodeText(key.value) : undefined;
}

/** The key's type on disk when its value lies in a file object. */
export function fileType(key: Key): number {
  return key.type === "string" || (key.type === "file" && key.holds === "string") ? KEY_STRING : KEY_BYTES;
}

export function filePointer(sizeBytes: number, offset: number): Uint8Array {
  return FilePointer.encode({ sizeBytes, offset });
}

/** The key's type on disk and what stands in its entry behind the name. */
export function inlineData(key: Exclude<Key, { readonly type: "file" }>): [type: number, data: Uint8Array] {
  switch (key.type) {
    case "int":
      return [KEY_INT, IntData.encode({ value: key.value })];
    case "uint":
      return [KEY_UINT, UintData.encode({ value: key.value })];
    case "double":
      return [KEY_DOUBLE, DoubleData.encode({ value: key.value })];
    case "bool":
      return [KEY_BOOL, BoolData.encode({ value: key.value ? 1 : 0 })];
    case "string":
      return [KEY_STRING, withLength(encodeText(key.value))];
    case "bytes":
      return [KEY_BYTES, withLength(key.value)];
    case "node":
    default:
      return [KEY_NODE, NodeData.encode({ trackingSequence: 0n, nextOrder: key.children.length + 1 })];
  }
}

function withLength(bytes: Uint8Array): Uint8Array {
  const data = new Uint8Array(InlineLength.sizeBytes + bytes.length);
  data.set(InlineLength.encode({ sizeBytes: bytes.length }));
  data.set(bytes, InlineLength.sizeBytes);
  return data;
}

/** UTF-16LE, no terminator. */
function encodeText(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), true);
  return bytes;
}
