import { KIB, MIB } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { KeyValueStoreDamagedError, KeyValueStoreTooLargeError } from "./errors.ts";
import { decodeText, type OpenFile, type OpenNode } from "./key-entry.ts";
import { chooseKeyTables, type KeyRecord, ROOT_PLACE, readKeyTable } from "./key-tables.ts";
import { DEEPEST_TREE, type Key, type KeyNode } from "./key-tree.ts";
import { readObjectTables, type StoredObjects } from "./object-tables.ts";
import { replayLog } from "./replay-log.ts";
import { SourceWindow } from "./source-window.ts";
import { readActiveHeader } from "./storage-header.ts";

const LARGEST_READ_TEXT = 64 * KIB;
/** A key in memory takes about 120 bytes beside its name and value, and as much again while the tree is built. */
const MAX_KEYS = 256 * KIB;

export interface KeyValueStoreLimits {
  /** @default 262,144: the memory of a machine with 250 GiB */
  readonly maxKeys?: number | undefined;
  /** All key tables together. @default 64 MiB */
  readonly maxTableBytes?: number | undefined;
  /** Key tables and file objects together. @default 524,288 */
  readonly maxObjects?: number | undefined;
}

export interface KeyValueStore {
  readonly root: KeyNode;
  /** Which write of the file this is; it wraps at 65,536. */
  readonly sequence: number;
  /** How many entries of the replay log are applied in what is read. */
  readonly replayedEntries: number;
}

/**
 * Reads the tree of a .vmcx or .vmrs (HyperVStorage 4.0). The source stays the caller's and must live as long as the
 * big values of the tree (`KeyFile`), which are not read here; texts up to 64 KiB are.
 *
 * Memory: one key table at a time, and the tree: with the default limits at most about 128 MiB of values and 64 MiB of
 * keys, whatever the file claims; a real configuration takes less than 1 MiB.
 * @throws {KeyValueStoreDamagedError} @throws {KeyValueStoreVersionError} @throws {KeyValueStoreTooLargeError}
 */
export async function openKeyValueStore(
  source: ByteSource,
  limits: KeyValueStoreLimits = {},
): Promise<KeyValueStore> {
  const header = await readActiveHeader(source);
  const replayed = await replayLog(source, header);
  const objects = await readObjectTables(replayed.source, limits.maxObjects ?? 2 * MAX_KEYS);
  const tables = await chooseKeyTables(replayed.source, objects.keyTables, limits.maxTableBytes ?? 64 * MIB);
  const maxKeys = limits.maxKeys ?? MAX_KEYS;
  const openFile = fileOpener(replayed.source, objects);
  const records: KeyRecord[] = [];
  let textBytes = 0;
  for (const table of tables) {
    for await (const record of readKeyTable(replayed.source, table, openFile)) {
      if (records.length >= maxKeys) throw new KeyValueStoreTooLargeError("maxKeys", maxKeys);
      const { key } = record;
      if (key.type === "file" && key.holds === "string" && key.content.sizeBytes <= LARGEST_READ_TEXT) {
        textBytes += key.content.sizeBytes;
        if (textBytes > 64 * MIB) throw new KeyValueStoreTooLargeError("maxTableBytes", 64 * MIB);
        const value = decodeText(await readBytes(key.content, 0, key.content.sizeBytes));
        records.push({ ...record, key: { name: key.name, type: "string", value } });
      } else records.push(record);
    }
  }
  return { root: buildTree(records), sequence: header.sequence, replayedEntries: replayed.entryCount };
}

function fileOpener(source: ByteSource, objects: StoredObjects): OpenFile {
  return ({ offset, sizeBytes }) => {
    const object = objects.files.get(offset);
    if (object === undefined || object.sizeBytes < sizeBytes)
      throw new KeyValueStoreDamagedError(
        `a key points to ${sizeBytes} bytes at ${offset}, which is no file object`,
      );
    if (offset + sizeBytes > source.sizeBytes)
      throw new KeyValueStoreDamagedError(`a value of ${sizeBytes} bytes at ${offset} lies behind its end`);
    return new SourceWindow(source, { offset, length: sizeBytes });
  };
}

/** Hangs each key below its parent, siblings by their order; every key must be reached from the root. */
function buildTree(records: KeyRecord[]): KeyNode {
  const root: OpenNode = { name: "", type: "node", children: [] };
  const nodes = new Map<number, OpenNode>([[ROOT_PLACE, root]]);
  for (const { key, place } of records) if (key.type === "node") nodes.set(place, key);
  records.sort((a, b) => a.order - b.order || a.place - b.place);
  for (const { key, parent } of records) {
    const node = nodes.get(parent);
    if (node === undefined) throw new KeyValueStoreDamagedError(`the key "${key.name}" hangs on no node`);
    node.children.push(key);
  }
  if (countKeys(root) !== records.length)
    throw new KeyValueStoreDamagedError("some of its keys hang in a circle");
  return root;
}

/** Each key has one parent, so what is reached from the root is a tree; what is not reached is a circle. */
function countKeys(root: KeyNode): number {
  let count = 0;
  const open: [Key, number][] = [[root, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [key, depth] = next;
    if (key.type !== "node") continue;
    if (depth > DEEPEST_TREE) throw new KeyValueStoreTooLargeError("depth", DEEPEST_TREE);
    count += key.children.length;
    for (const child of key.children) open.push([child, depth + 1]);
  }
  return count;
}
