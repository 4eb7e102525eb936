import { crc32c, type Guid, type StructValue } from "../../base/index.ts";
import { structureChecksum } from "./checksum.ts";
import {
  DATA_DESCRIPTOR_SIGNATURE,
  DATA_SECTOR_SIGNATURE,
  DataSector,
  LOG_ENTRY_SIGNATURE,
  LOG_SECTOR_BYTES,
  LogDescriptor,
  LogEntryHeader,
  ZERO_DESCRIPTOR_SIGNATURE,
} from "./layout.ts";
import type { LogRing } from "./log-ring.ts";

/** An entry of the log that verifies. */
export interface LogEntry {
  /** Offset in the log. */
  readonly at: number;
  readonly lengthBytes: number;
  readonly sequenceNumber: bigint;
  /** Offset in the log of the entry with which a replay that ends here begins. */
  readonly tail: number;
  readonly descriptorCount: number;
  readonly descriptorSectors: number;
  readonly flushedFileOffset: bigint;
  readonly lastFileOffset: bigint;
}

const SLOTS_PER_SECTOR = LOG_SECTOR_BYTES / LogDescriptor.sizeBytes;
const HEADER_SLOTS = LogEntryHeader.sizeBytes / LogDescriptor.sizeBytes;
const LOW_WORD = 0xffffffffn;

/** Reads and verifies the entry at an offset in the log; undefined when there is none. [MS-VHDX] 2.3.1, 2.3.2 */
export async function readLogEntry(log: LogRing, at: number, logGuid: Guid): Promise<LogEntry | undefined> {
  const first = await log.sector(at);
  const header = LogEntryHeader.decode(first);
  if (!isPossible(header, log.area.length) || header.logGuid !== logGuid) return undefined;
  const descriptorSectors = Math.ceil((HEADER_SLOTS + header.descriptorCount) / SLOTS_PER_SECTOR);
  const sectors = header.entryLength / LOG_SECTOR_BYTES;
  if (descriptorSectors > sectors) return undefined;
  let checksum = structureChecksum(first);
  let dataSectors = 0;
  for (let index = 0; index < sectors; index++) {
    const sector = await log.sector(at + index * LOG_SECTOR_BYTES);
    if (index > 0) checksum = crc32c(sector, checksum);
    if (index < descriptorSectors) {
      const found = countDataDescriptors(sector, index, header);
      if (found === undefined) return undefined;
      dataSectors += found;
      if (dataSectors > sectors - descriptorSectors) return undefined;
    } else if (!isDataSector(sector, header.sequenceNumber)) return undefined;
  }
  if (descriptorSectors + dataSectors !== sectors || checksum !== header.checksum) return undefined;
  const { sequenceNumber, tail, descriptorCount, flushedFileOffset, lastFileOffset } = header;
  const lengthBytes = header.entryLength;
  return {
    at,
    lengthBytes,
    sequenceNumber,
    tail,
    descriptorCount,
    descriptorSectors,
    flushedFileOffset,
    lastFileOffset,
  };
}

type Header = StructValue<typeof LogEntryHeader>;

function isPossible(header: Header, logLength: number): boolean {
  return (
    header.signature === LOG_ENTRY_SIGNATURE &&
    header.entryLength >= LOG_SECTOR_BYTES &&
    header.entryLength % LOG_SECTOR_BYTES === 0 &&
    header.entryLength <= logLength &&
    header.tail % LOG_SECTOR_BYTES === 0 &&
    header.tail < logLength &&
    header.sequenceNumber > 0n
  );
}

/** Undefined when one of the sector's descriptors does not belong to the entry. */
function countDataDescriptors(sector: Uint8Array, index: number, header: Header): number | undefined {
  let count = 0;
  for (const at of descriptorOffsets(index, header.descriptorCount)) {
    const descriptor = LogDescriptor.decode(sector, at);
    if (descriptor.sequenceNumber !== header.sequenceNumber) return undefined;
    if (descriptor.signature === DATA_DESCRIPTOR_SIGNATURE) count += 1;
    else if (descriptor.signature !== ZERO_DESCRIPTOR_SIGNATURE) return undefined;
  }
  return count;
}

/** Where the descriptors lie in an entry's sector of that index: 126 beside the header, then 128 a sector. */
export function* descriptorOffsets(index: number, descriptorCount: number): Generator<number> {
  const end = Math.min(SLOTS_PER_SECTOR, HEADER_SLOTS + descriptorCount - index * SLOTS_PER_SECTOR);
  for (let slot = index === 0 ? HEADER_SLOTS : 0; slot < end; slot++) yield slot * LogDescriptor.sizeBytes;
}

function isDataSector(bytes: Uint8Array, sequenceNumber: bigint): boolean {
  const sector = DataSector.decode(bytes);
  return (
    sector.signature === DATA_SECTOR_SIGNATURE &&
    BigInt(sector.sequenceHigh) === sequenceNumber >> 32n &&
    BigInt(sector.sequenceLow) === (sequenceNumber & LOW_WORD)
  );
}
