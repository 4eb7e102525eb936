import type { StructValue } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { checksumWithout } from "./checksum.ts";
import { KeyValueStoreDamagedError } from "./errors.ts";
import type { Key, KeyLeaf, KeyNode } from "./key-tree.ts";
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
  KEY_IS_IN_FILE,
  KEY_NODE,
  KEY_STRING,
  KEY_UINT,
  KeyEntryHeader,
  NodeData,
  UintData,
} from "./layout.ts";

/** A node whose children are still to be found. */
export interface OpenNode extends KeyNode {
  readonly children: Key[];
}

/** Finds the content of a file object. */
export type OpenFile = (pointer: StructValue<typeof FilePointer>) => ByteSource;

const FIXED_SIZES: Readonly<Record<number, number>> = {
  [KEY_INT]: IntData.sizeBytes,
  [KEY_UINT]: UintData.sizeBytes,
  [KEY_DOUBLE]: DoubleData.sizeBytes,
  [KEY_BOOL]: BoolData.sizeBytes,
  [KEY_NODE]: NodeData.sizeBytes,
};

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads one entry that is not free, from its header to its slack. @throws {KeyValueStoreDamagedError} */
export function decodeKeyEntry(raw: Uint8Array, openFile: OpenFile): OpenNode | KeyLeaf {
  const header = KeyEntryHeader.decode(raw);
  const nameEnd = KeyEntryHeader.sizeBytes + header.nameSizeBytes;
  const covered = nameEnd + dataSize(header, raw.subarray(Math.min(nameEnd, raw.length)));
  if (covered > raw.length) throw new KeyValueStoreDamagedError("a key is longer than its entry");
  const body = raw.subarray(0, covered);
  if (header.checksum !== checksumWithout(body, KeyEntryHeader.offsetOf("checksum")))
    throw new KeyValueStoreDamagedError("a key entry has a wrong checksum");
  const name = decodeName(body.subarray(KeyEntryHeader.sizeBytes, nameEnd));
  const data = body.subarray(nameEnd);
  if ((header.flags & KEY_IS_IN_FILE) !== 0) {
    if (header.type !== KEY_STRING && header.type !== KEY_BYTES)
      throw new KeyValueStoreDamagedError(`the key "${name}" of type ${header.type} points to a file object`);
    const content = openFile(FilePointer.decode(data));
    return { name, type: "file", holds: header.type === KEY_STRING ? "string" : "bytes", content };
  }
  return decodeValue(name, header.type, data);
}

/** UTF-16LE as Windows writes it: no terminator; one that is there is dropped. Lone surrogates stay as they are. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw new KeyValueStoreDamagedError("a text has an odd number of bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) text += String.fromCharCode(view.getUint16(at, true));
  return text.endsWith("\0") ? text.slice(0, -1) : text;
}

function dataSize(header: StructValue<typeof KeyEntryHeader>, data: Uint8Array): number {
  if ((header.flags & KEY_IS_IN_FILE) !== 0) return FilePointer.sizeBytes;
  if (header.type === KEY_STRING || header.type === KEY_BYTES)
    return InlineLength.sizeBytes + InlineLength.decode(data).sizeBytes;
  const size = FIXED_SIZES[header.type];
  if (size === undefined) throw new KeyValueStoreDamagedError(`a key has the unknown type ${header.type}`);
  return size;
}

function decodeName(bytes: Uint8Array): string {
  if (bytes.indexOf(0) !== bytes.length - 1)
    throw new KeyValueStoreDamagedError("a key's name does not end in NUL");
  try {
    return utf8.decode(bytes.subarray(0, -1));
  } catch (cause) {
    throw new KeyValueStoreDamagedError("a key's name is no UTF-8", { cause });
  }
}

function decodeValue(name: string, type: number, data: Uint8Array): OpenNode | KeyLeaf {
  switch (type) {
    case KEY_INT:
      return { name, type: "int", value: IntData.decode(data).value };
    case KEY_UINT:
      return { name, type: "uint", value: UintData.decode(data).value };
    case KEY_DOUBLE:
      return { name, type: "double", value: DoubleData.decode(data).value };
    case KEY_BOOL:
      return { name, type: "bool", value: BoolData.decode(data).value !== 0 };
    case KEY_STRING:
      return { name, type: "string", value: decodeText(data.subarray(InlineLength.sizeBytes)) };
    case KEY_BYTES:
      return { name, type: "bytes", value: data.slice(InlineLength.sizeBytes) };
    default:
      return { name, type: "node", children: [] };
  }
}
