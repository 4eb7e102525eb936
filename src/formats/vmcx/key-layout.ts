import type { ByteSource } from "../../disk/index.ts";
import { sealed } from "./checksum.ts";
import { KeyTreeUnwritableError } from "./errors.ts";
import { fileContent, filePointer, fileType, inlineData } from "./key-data.ts";
import { DEEPEST_TREE, type Key, type KeyNode } from "./key-tree.ts";
import {
  FilePointer,
  KEY_FREE,
  KEY_IS_IN_FILE,
  KEY_IS_SUBCOMPONENT,
  KEY_TABLE_SIGNATURE,
  KeyEntryHeader,
  KeyTableHeader,
} from "./layout.ts";

export const KEY_TABLE_BYTES = 4096;
/** What Windows leaves free behind a value: room for a pointer, should the value grow. */
const LEAF_SLACK = FilePointer.sizeBytes;
const MOST_TABLES = 0xffff;
const LONGEST_NAME = 254;
const LARGEST_FILE = 0xffff_f000; // 32 bits, rounded down to the alignment

/** A value for a file object; its key learns the place when the file is laid out. */
export interface PlannedFile {
  readonly content: ByteSource;
  /** Writes the place into the key's pointer; called before the tables are sealed. */
  place(offset: number): void;
}

export interface KeyLayout {
  readonly tableCount: number;
  /** In the order of their keys. */
  readonly files: readonly PlannedFile[];
  /** The finished tables, in order, when all files have their place. */
  tables(): readonly Uint8Array[];
}

interface Entry {
  readonly header: { type: number; flags: number; parent: Place; order: number };
  readonly name: Uint8Array;
  readonly data: Uint8Array;
  readonly content: ByteSource | undefined;
  readonly slack: number;
}

interface Place {
  table: number;
  offset: number;
}

/** Lays a tree out in key tables of 4 KiB, parents before children, siblings in their order. */
export function layOutKeys(root: KeyNode): KeyLayout {
  const tables: { at: number; readonly bytes: Uint8Array }[] = [];
  const seals: (() => void)[] = [];
  const files: PlannedFile[] = [];
  const add = (entry: Entry): Place => {
    const size = KeyEntryHeader.sizeBytes + entry.name.length + entry.data.length + entry.slack;
    let table = tables.at(-1);
    if (table === undefined || table.at + size > KEY_TABLE_BYTES) {
      if (table !== undefined) fillUp(table);
      table = { at: KeyTableHeader.sizeBytes, bytes: new Uint8Array(KEY_TABLE_BYTES) };
      tables.push(table);
    }
    const start = table.at;
    const rest = KEY_TABLE_BYTES - start - size;
    // What is left must hold a free entry, else it becomes slack of this one (as in real files).
    const sizeBytes = rest <= KeyEntryHeader.sizeBytes ? size + rest : size;
    table.at = start + sizeBytes;
    const raw = table.bytes.subarray(start, table.at);
    const { type, flags, parent, order } = entry.header;
    const fields = { type, flags, sizeBytes, parentTable: parent.table, parentOffset: parent.offset, order };
    raw.set(KeyEntryHeader.encode({ ...fields, checksum: 0, nameSizeBytes: entry.name.length }));
    raw.set(entry.name, KeyEntryHeader.sizeBytes);
    const dataAt = KeyEntryHeader.sizeBytes + entry.name.length;
    raw.set(entry.data, dataAt);
    const { content } = entry;
    if (content !== undefined) {
      files.push({ content, place: (offset) => raw.set(filePointer(content.sizeBytes, offset), dataAt) });
    }
    seals.push(() => sealed(raw, KeyEntryHeader.offsetOf("checksum"), dataAt + entry.data.length));
    return { table: tables.length, offset: start };
  };
  for (const visit of walk(root)) visit.placed(add(entryOf(visit)));
  const last = tables.at(-1);
  if (last !== undefined) fillUp(last);
  if (tables.length > MOST_TABLES)
    throw new KeyTreeUnwritableError("", "there are more keys than tables can hold");
  return {
    tableCount: tables.length,
    files,
    tables: () => {
      for (const seal of seals.splice(0)) seal();
      return tables.map(({ bytes }, at) => withHeader(bytes, at + 1));
    },
  };
}

interface Visit {
  readonly key: Key;
  readonly path: string;
  readonly parent: Place;
  readonly order: number;
  readonly isRepeated: boolean;
  placed(place: Place): void;
}

function* walk(root: KeyNode): Iterable<Visit> {
  const open: { node: KeyNode; path: string; place: Place; depth: number }[] = [];
  open.push({ node: root, path: "", place: { table: 0, offset: 0 }, depth: 0 });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, path, place, depth } = next;
    if (depth > DEEPEST_TREE)
      throw new KeyTreeUnwritableError(path, `it lies deeper than ${DEEPEST_TREE} levels`);
    const counts = Map.groupBy(node.children, (child) => child.name);
    for (const [at, key] of node.children.entries()) {
      const below = { node, path: path === "" ? key.name : `${path}/${key.name}`, place, depth: depth + 1 };
      yield {
        key,
        path: below.path,
        parent: place,
        order: at + 1,
        isRepeated: (counts.get(key.name)?.length ?? 0) > 1,
        placed: (found) => {
          if (key.type === "node") open.push({ ...below, node: key, place: found });
        },
      };
    }
  }
}

function entryOf(visit: Visit): Entry {
  const { key, path, parent, order } = visit;
  checkValue(key, path);
  const name = encodeName(key.name, path);
  const content = key.type === "node" ? undefined : fileContent(key);
  if (content !== undefined && content.sizeBytes > LARGEST_FILE)
    throw new KeyTreeUnwritableError(path, `a value of ${content.sizeBytes} bytes is too big`);
  const [type, data] =
    content === undefined && key.type !== "file"
      ? inlineData(key)
      : [fileType(key), filePointer(content?.sizeBytes ?? 0, 0)];
  const inFile = content === undefined ? 0 : KEY_IS_IN_FILE;
  // Seen on arrays in one real file; whether Windows needs it is not known: docs/unconfirmed.md, vmcx-array-flag.
  const repeated = visit.isRepeated ? KEY_IS_SUBCOMPONENT : 0;
  const header = { type, flags: inFile | repeated, parent, order };
  return { header, name, data, content, slack: key.type === "node" ? 0 : LEAF_SLACK };
}

function encodeName(name: string, path: string): Uint8Array {
  const bytes = new TextEncoder().encode(`${name}\0`);
  if (bytes.length > LONGEST_NAME + 1 || bytes.length === 1 || bytes.indexOf(0) !== bytes.length - 1) {
    const state = `its name is empty, holds NUL or is longer than ${LONGEST_NAME} bytes`;
    throw new KeyTreeUnwritableError(path, state);
  }
  return bytes;
}

function checkValue(key: Key, path: string): void {
  const wraps =
    (key.type === "int" && BigInt.asIntN(64, key.value) !== key.value) ||
    (key.type === "uint" && BigInt.asUintN(64, key.value) !== key.value);
  if (wraps) throw new KeyTreeUnwritableError(path, "its value does not fit into 64 bits");
  if (key.type === "string" && key.value.endsWith("\0"))
    throw new KeyTreeUnwritableError(path, "its text ends in NUL, which readers drop");
}

/** One free entry to the table's end; its checksum stays zero. */
function fillUp(table: { at: number; readonly bytes: Uint8Array }): void {
  const sizeBytes = KEY_TABLE_BYTES - table.at;
  if (sizeBytes === 0) return;
  const free = { type: KEY_FREE, flags: 0, sizeBytes, parentTable: 0, parentOffset: 0 };
  table.bytes.set(KeyEntryHeader.encode({ ...free, checksum: 0, order: 0, nameSizeBytes: 0 }), table.at);
  table.at = KEY_TABLE_BYTES;
}

function withHeader(bytes: Uint8Array, index: number): Uint8Array {
  const header = KeyTableHeader.encode({ signature: KEY_TABLE_SIGNATURE, index, sequence: 1, checksum: 0 });
  bytes.set(sealed(header, KeyTableHeader.offsetOf("checksum")));
  return bytes;
}
