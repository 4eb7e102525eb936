import type { Guid } from "../../../base/index.ts";
import { sealChecksum } from "../checksum.ts";
import {
  DATA_DESCRIPTOR_SIGNATURE,
  DATA_SECTOR_SIGNATURE,
  DataDescriptor,
  DataSector,
  LOG_ENTRY_SIGNATURE,
  LOG_SECTOR_BYTES,
  LogEntryHeader,
  ZERO_DESCRIPTOR_SIGNATURE,
  ZeroDescriptor,
} from "../layout.ts";

/** What an entry writes: a sector of 4 KiB, or zeros. */
export type SpelledWrite =
  | { readonly fileOffset: number; readonly sector: Uint8Array }
  | { readonly fileOffset: number; readonly zeros: number };

export interface SpelledLogEntry {
  readonly logGuid: Guid;
  readonly sequenceNumber: bigint;
  readonly tail: number;
  readonly writes?: readonly SpelledWrite[];
  readonly flushedFileOffset?: number;
  readonly lastFileOffset?: number;
}

const LEADING_BYTES = 8;
const LOGGED_BYTES = 4084;

/** A log entry with a right checksum, [MS-VHDX] 2.3.1. */
export function spellLogEntry(entry: SpelledLogEntry): Uint8Array {
  const writes = entry.writes ?? [];
  const { sequenceNumber } = entry;
  const sectors = writes.flatMap((write) => ("sector" in write ? [write.sector] : []));
  const descriptorBytes = LogEntryHeader.sizeBytes + writes.length * DataDescriptor.sizeBytes;
  const descriptorArea = Math.ceil(descriptorBytes / LOG_SECTOR_BYTES) * LOG_SECTOR_BYTES;
  const bytes = new Uint8Array(descriptorArea + sectors.length * LOG_SECTOR_BYTES);
  bytes.set(
    LogEntryHeader.encode({
      signature: LOG_ENTRY_SIGNATURE,
      checksum: 0,
      entryLength: bytes.length,
      tail: entry.tail,
      sequenceNumber,
      descriptorCount: writes.length,
      logGuid: entry.logGuid,
      flushedFileOffset: BigInt(entry.flushedFileOffset ?? 0),
      lastFileOffset: BigInt(entry.lastFileOffset ?? 0),
    }),
  );
  for (const [i, write] of writes.entries())
    bytes.set(
      spellDescriptor(write, sequenceNumber),
      LogEntryHeader.sizeBytes + i * DataDescriptor.sizeBytes,
    );
  for (const [i, sector] of sectors.entries())
    bytes.set(
      DataSector.encode({
        signature: DATA_SECTOR_SIGNATURE,
        sequenceHigh: Number(sequenceNumber >> 32n),
        data: sector.subarray(LEADING_BYTES, LEADING_BYTES + LOGGED_BYTES),
        sequenceLow: Number(sequenceNumber & 0xffffffffn),
      }),
      descriptorArea + i * LOG_SECTOR_BYTES,
    );
  sealChecksum(bytes);
  return bytes;
}

function spellDescriptor(write: SpelledWrite, sequenceNumber: bigint): Uint8Array {
  const fileOffset = BigInt(write.fileOffset);
  if ("zeros" in write)
    return ZeroDescriptor.encode({
      signature: ZERO_DESCRIPTOR_SIGNATURE,
      zeroLength: BigInt(write.zeros),
      fileOffset,
      sequenceNumber,
    });
  return DataDescriptor.encode({
    signature: DATA_DESCRIPTOR_SIGNATURE,
    leadingBytes: write.sector.subarray(0, LEADING_BYTES),
    trailingBytes: write.sector.subarray(LEADING_BYTES + LOGGED_BYTES),
    fileOffset,
    sequenceNumber,
  });
}
