import type { StructValue } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { checksumWithout } from "./checksum.ts";
import { KeyValueStoreDamagedError, KeyValueStoreTooLargeError } from "./errors.ts";
import { decodeKeyEntry, type OpenFile, type OpenNode } from "./key-entry.ts";
import type { KeyLeaf } from "./key-tree.ts";
import { KEY_FREE, KEY_TABLE_SIGNATURE, KeyEntryHeader, KeyTableHeader, type ObjectEntry } from "./layout.ts";
import { isLater } from "./serial-number.ts";

type ObjectEntryValue = StructValue<typeof ObjectEntry>;

/** A key, and where it hangs. */
export interface KeyRecord {
  readonly key: OpenNode | KeyLeaf;
  /** Its own place, as its children name it. */
  readonly place: number;
  readonly parent: number;
  readonly order: number;
}

interface KeyTable {
  readonly object: ObjectEntryValue;
  readonly sequence: number;
}

/** The place of the root: table 0 exists nowhere. */
export const ROOT_PLACE = 0;

/** Table and offset in one number: 16 and 32 bits. */
function placeOf(table: number, offset: number): number {
  return table * 2 ** 32 + offset;
}

/** Of the tables with one index, the later one; each is verified before it counts. */
export async function chooseKeyTables(
  source: ByteSource,
  objects: readonly ObjectEntryValue[],
  maxTableBytes: number,
): Promise<ReadonlyMap<number, KeyTable>> {
  const chosen = new Map<number, KeyTable>();
  let total = 0;
  for (const object of objects) {
    total += object.sizeBytes;
    if (total > maxTableBytes) throw new KeyValueStoreTooLargeError("maxTableBytes", maxTableBytes);
    if (object.sizeBytes < KeyTableHeader.sizeBytes)
      throw new KeyValueStoreDamagedError(`the key table at ${object.offset} has ${object.sizeBytes} bytes`);
    const raw = await readBytes(source, object.offset, KeyTableHeader.sizeBytes);
    const header = KeyTableHeader.decode(raw);
    if (header.signature !== KEY_TABLE_SIGNATURE || header.index === 0)
      throw new KeyValueStoreDamagedError(`there is no key table at ${object.offset}`);
    if (header.checksum !== checksumWithout(raw, KeyTableHeader.offsetOf("checksum")))
      throw new KeyValueStoreDamagedError(`the key table at ${object.offset} has a wrong checksum`);
    const other = chosen.get(header.index);
    if (other === undefined || isLater(header.sequence, other.sequence))
      chosen.set(header.index, { object, sequence: header.sequence });
  }
  return chosen;
}

/** All keys of one table, free entries left out. */
export async function* readKeyTable(
  source: ByteSource,
  [index, table]: readonly [number, KeyTable],
  openFile: OpenFile,
): AsyncIterable<KeyRecord> {
  const bytes = await readBytes(source, table.object.offset, table.object.sizeBytes);
  for (let at = KeyTableHeader.sizeBytes; at < bytes.length; ) {
    if (bytes.length - at < KeyEntryHeader.sizeBytes)
      throw new KeyValueStoreDamagedError(`key table ${index} ends inside an entry`);
    const header = KeyEntryHeader.decode(bytes, at);
    if (header.sizeBytes < KeyEntryHeader.sizeBytes || at + header.sizeBytes > bytes.length)
      throw new KeyValueStoreDamagedError(
        `key table ${index} has an entry of ${header.sizeBytes} bytes at ${at}`,
      );
    if (header.type !== KEY_FREE) {
      yield {
        key: decodeKeyEntry(bytes.subarray(at, at + header.sizeBytes), openFile),
        place: placeOf(index, at),
        parent: placeOf(header.parentTable, header.parentOffset),
        order: header.order,
      };
    }
    at += header.sizeBytes;
  }
}
