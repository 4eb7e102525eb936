import { crc32, throwIfInterrupted } from "../../base/index.ts";
import { type ByteStore, MemoryStore } from "../../disk/index.ts";
import { sealed } from "./checksum.ts";
import { compareTrees } from "./compare-trees.ts";
import { KEY_TABLE_BYTES, type KeyLayout, layOutKeys, type PlannedFile } from "./key-layout.ts";
import type { KeyNode } from "./key-tree.ts";
import {
  OBJECT_EMPTY,
  OBJECT_FILE,
  OBJECT_KEY_TABLE,
  OBJECT_TABLE,
  OBJECT_TABLE_PLACE,
  OBJECT_TABLE_SIGNATURE,
  ObjectEntry,
  ObjectTableHeader,
  REPLAY_LOG_SIGNATURE,
  ReplayEntry,
  ReplayLogHeader,
  STORAGE_HEADER_PLACES,
  STORAGE_SIGNATURE,
  STORAGE_VERSION,
  StorageHeader,
} from "./layout.ts";
import { openKeyValueStore } from "./open-key-value-store.ts";
import { pieces } from "./pieces.ts";

const ALIGNMENT = 4096;
const TABLE_ENTRIES = 227; // as many as 4 KiB hold; the last is the link
const LOG_PLACE = OBJECT_TABLE_PLACE + ALIGNMENT;
const LOG_BYTES = 0x9000; // as in real files

interface StoredObject {
  readonly type: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Writes a tree as HyperVStorage 4.0 into an empty store, in the shape of real files: two headers, object tables, an
 * empty replay log, key tables of 4 KiB, then the big values, which are read from their sources piece by piece.
 * Everything is read back and compared; durable when this resolves. The store stays the caller's.
 * @throws {KeyTreeUnwritableError} before anything is written.
 */
export async function writeKeyValueStore(
  root: KeyNode,
  store: ByteStore,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const layout = layOutKeys(root);
  let end = LOG_PLACE + LOG_BYTES;
  const take = (sizeBytes: number): number => {
    const place = end;
    end += Math.max(1, Math.ceil(sizeBytes / ALIGNMENT)) * ALIGNMENT;
    return place;
  };
  const objects: StoredObject[] = [];
  for (let table = 0; table < layout.tableCount; table++)
    objects.push({ type: OBJECT_KEY_TABLE, offset: take(KEY_TABLE_BYTES), sizeBytes: KEY_TABLE_BYTES });
  const files = layout.files.map((file) => {
    const offset = take(file.content.sizeBytes);
    file.place(offset);
    objects.push({ type: OBJECT_FILE, offset, sizeBytes: end - offset });
    return { file, offset };
  });
  const tables = objectTables(objects, take);
  await store.truncate(end);
  for (const { bytes, offset } of [...tables, emptyLog(), ...keyTables(layout, objects)])
    await store.write(bytes, offset);
  const checksums: number[] = [];
  for (const { file, offset } of files)
    checksums.push(await copy(file, { store, offset, signal: options.signal }));
  for (const [copyNumber, place] of STORAGE_HEADER_PLACES.entries())
    await store.write(storageHeader(STORAGE_HEADER_PLACES.length - copyNumber), place);
  await store.flush();
  const written = await openKeyValueStore(store, {
    maxKeys: Infinity,
    maxTableBytes: Infinity,
    maxObjects: Infinity,
  });
  await compareTrees(root, written.root, checksums);
}

/** The same for a tree that fits into memory; the caller owns the bytes. */
export async function encodeKeyValueStore(root: KeyNode): Promise<Uint8Array> {
  await using store = new MemoryStore();
  await writeKeyValueStore(root, store);
  return store.toBytes();
}

function objectTables(objects: readonly StoredObject[], take: (sizeBytes: number) => number) {
  const groups: (readonly StoredObject[])[] = [];
  for (let at = 0; at === 0 || at < objects.length; at += TABLE_ENTRIES - 1)
    groups.push(objects.slice(at, at + TABLE_ENTRIES - 1));
  const places = groups.map((_, at) => (at === 0 ? OBJECT_TABLE_PLACE : take(ALIGNMENT)));
  return groups.map((group, at) => {
    const bytes = new Uint8Array(ALIGNMENT);
    bytes.set(ObjectTableHeader.encode({ signature: OBJECT_TABLE_SIGNATURE, entryCount: TABLE_ENTRIES }));
    const next = places[at + 1];
    for (let slot = 0; slot < TABLE_ENTRIES; slot++) {
      const isLink = slot === TABLE_ENTRIES - 1 && next !== undefined;
      const object = isLink ? { type: OBJECT_TABLE, offset: next, sizeBytes: ALIGNMENT } : group[slot];
      bytes.set(objectEntry(object), ObjectTableHeader.sizeBytes + slot * ObjectEntry.sizeBytes);
    }
    return { bytes, offset: places[at] as number };
  });
}

/** Flags are 1 in all key tables seen; no file object was seen: docs/unconfirmed.md, vmcx-file-object-flags. */
function objectEntry(object: StoredObject | undefined): Uint8Array {
  const { type, offset, sizeBytes } = object ?? { type: OBJECT_EMPTY, offset: 0, sizeBytes: 0 };
  const flags = object === undefined ? 0 : 1;
  const raw = ObjectEntry.encode({ type, checksum: 0, offset, sizeBytes, flags });
  return sealed(raw, ObjectEntry.offsetOf("checksum"));
}

function keyTables(layout: KeyLayout, objects: readonly StoredObject[]) {
  return layout.tables().map((bytes, at) => ({ bytes, offset: (objects[at] as StoredObject).offset }));
}

function emptyLog(): { bytes: Uint8Array; offset: number } {
  const maxEntries = Math.floor((ALIGNMENT - ReplayLogHeader.sizeBytes) / ReplayEntry.sizeBytes);
  const tracking = { isTracking: 0, trackingOffset: 0, trackingSizeBytes: 0, trackingUsedBytes: 0 };
  const raw = ReplayLogHeader.encode({
    signature: REPLAY_LOG_SIGNATURE,
    checksum: 0,
    entryCount: 0,
    maxEntries,
    ...tracking,
  });
  return { bytes: sealed(raw, ReplayLogHeader.offsetOf("checksum")), offset: LOG_PLACE };
}

function storageHeader(sequence: number): Uint8Array {
  const raw = StorageHeader.encode({
    signature: STORAGE_SIGNATURE,
    checksum: 0,
    sequence,
    version: STORAGE_VERSION,
    dataVersion: 0,
    flags: 0,
    alignmentBytes: ALIGNMENT,
    logOffset: LOG_PLACE,
    logSizeBytes: LOG_BYTES,
    logHeaderSizeBytes: ALIGNMENT,
  });
  return sealed(raw, StorageHeader.offsetOf("checksum"));
}

/** Copies a value to its place, and gives its checksum. */
async function copy(
  file: PlannedFile,
  to: { readonly store: ByteStore; readonly offset: number; readonly signal: AbortSignal | undefined },
): Promise<number> {
  let [checksum, at] = [0, to.offset];
  for await (const part of pieces(file.content)) {
    throwIfInterrupted(to.signal);
    await to.store.write(part, at);
    checksum = crc32(part, checksum);
    at += part.length;
  }
  return checksum;
}
