import type { StructValue } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { checksumWithout } from "./checksum.ts";
import { KeyValueStoreDamagedError, KeyValueStoreVersionError } from "./errors.ts";
import {
  LARGEST_ALIGNMENT,
  SMALLEST_ALIGNMENT,
  STORAGE_HEADER_PLACES,
  STORAGE_SIGNATURE,
  STORAGE_VERSION,
  StorageHeader,
} from "./layout.ts";
import { isLater } from "./serial-number.ts";

export type StorageHeaderValue = StructValue<typeof StorageHeader>;

/**
 * The header that counts: of those that verify, the one with the later sequence number; of two equal ones the first.
 * @throws {KeyValueStoreDamagedError} when none verifies. @throws {KeyValueStoreVersionError}
 */
export async function readActiveHeader(source: ByteSource): Promise<StorageHeaderValue> {
  const copies: StorageHeaderValue[] = [];
  let isStorage = false;
  for (const place of STORAGE_HEADER_PLACES) {
    if (place + StorageHeader.sizeBytes > source.sizeBytes) continue;
    const bytes = await readBytes(source, place, StorageHeader.sizeBytes);
    const view = new DataView(bytes.buffer);
    if (view.getUint32(StorageHeader.offsetOf("signature"), true) !== STORAGE_SIGNATURE) continue;
    isStorage = true;
    const field = StorageHeader.offsetOf("checksum");
    if (view.getUint32(field, true) !== checksumWithout(bytes, field)) continue;
    copies.push(StorageHeader.decode(bytes));
  }
  const [first, second] = copies;
  if (first === undefined) {
    throw new KeyValueStoreDamagedError(
      isStorage ? "neither of its two headers verifies" : "it does not begin as one",
    );
  }
  const active = second !== undefined && isLater(second.sequence, first.sequence) ? second : first;
  check(active);
  return active;
}

function check(header: StorageHeaderValue): void {
  if (header.version !== STORAGE_VERSION) {
    throw new KeyValueStoreVersionError(`${header.version >>> 8}.${header.version & 0xff}`);
  }
  const alignment = header.alignmentBytes;
  const isPowerOfTwo = alignment !== 0 && (alignment & (alignment - 1)) === 0;
  if (!isPowerOfTwo || alignment < SMALLEST_ALIGNMENT || alignment > LARGEST_ALIGNMENT) {
    throw new KeyValueStoreDamagedError(`its header names an alignment of ${alignment} bytes`);
  }
}
