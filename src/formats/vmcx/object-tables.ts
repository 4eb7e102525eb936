import type { StructValue } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { checksumWithout } from "./checksum.ts";
import { KeyValueStoreDamagedError, KeyValueStoreTooLargeError } from "./errors.ts";
import {
  LARGEST_ALIGNMENT,
  OBJECT_FILE,
  OBJECT_KEY_TABLE,
  OBJECT_TABLE,
  OBJECT_TABLE_PLACE,
  OBJECT_TABLE_SIGNATURE,
  ObjectEntry,
  ObjectTableHeader,
} from "./layout.ts";

type Entry = StructValue<typeof ObjectEntry>;

export interface StoredObjects {
  readonly keyTables: readonly Entry[];
  /** By offset: that is how keys name them. */
  readonly files: ReadonlyMap<number, Entry>;
}

/** Follows the chain of object tables. @throws {KeyValueStoreTooLargeError} beyond `maxObjects` in use. */
export async function readObjectTables(source: ByteSource, maxObjects: number): Promise<StoredObjects> {
  const keyTables: Entry[] = [];
  const files = new Map<number, Entry>();
  const visited = new Set<number>();
  let place: number | undefined = OBJECT_TABLE_PLACE;
  while (place !== undefined) {
    if (visited.has(place)) throw new KeyValueStoreDamagedError("its object tables run in a circle");
    if (visited.size > maxObjects) throw new KeyValueStoreTooLargeError("maxObjects", maxObjects);
    visited.add(place);
    const entries: Entry[] = await readTable(source, place);
    for (const entry of entries) {
      if (entry.type === OBJECT_KEY_TABLE) keyTables.push(entry);
      if (entry.type === OBJECT_FILE) files.set(entry.offset, entry);
    }
    if (keyTables.length + files.size > maxObjects)
      throw new KeyValueStoreTooLargeError("maxObjects", maxObjects);
    const last: Entry | undefined = entries.at(-1);
    place = last?.type === OBJECT_TABLE ? last.offset : undefined;
  }
  return { keyTables, files };
}

async function readTable(source: ByteSource, place: number): Promise<Entry[]> {
  const header = ObjectTableHeader.decode(await readInside(source, place, ObjectTableHeader.sizeBytes));
  if (header.signature !== OBJECT_TABLE_SIGNATURE)
    throw new KeyValueStoreDamagedError(`there is no object table at ${place}`);
  const length = header.entryCount * ObjectEntry.sizeBytes;
  if (length > LARGEST_ALIGNMENT)
    throw new KeyValueStoreDamagedError(`the object table at ${place} claims ${header.entryCount} entries`);
  const bytes = await readInside(source, place + ObjectTableHeader.sizeBytes, length);
  return Array.from({ length: header.entryCount }, (_, at) => {
    const raw = bytes.subarray(at * ObjectEntry.sizeBytes, (at + 1) * ObjectEntry.sizeBytes);
    return checked(ObjectEntry.decode(raw), raw, source.sizeBytes);
  });
}

/** Only what is used is checked: nobody knows what old versions of Windows leave in free entries. */
function checked(entry: Entry, raw: Uint8Array, sizeBytes: number): Entry {
  if (entry.type !== OBJECT_TABLE && entry.type !== OBJECT_KEY_TABLE && entry.type !== OBJECT_FILE)
    return entry;
  if (entry.checksum !== checksumWithout(raw, ObjectEntry.offsetOf("checksum")))
    throw new KeyValueStoreDamagedError(`the entry of the object at ${entry.offset} has a wrong checksum`);
  // The last file object may be cut off behind its content, since its size is rounded up: its keys are checked instead.
  const end = entry.type === OBJECT_FILE ? entry.offset : entry.offset + entry.sizeBytes;
  if (end > sizeBytes)
    throw new KeyValueStoreDamagedError(`the object at ${entry.offset} lies behind its end`);
  return entry;
}

async function readInside(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  if (offset + length > source.sizeBytes)
    throw new KeyValueStoreDamagedError(`it ends inside the object table at ${offset}`);
  return await readBytes(source, offset, length);
}
