import { type Guid, MIB } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import { sealChecksum } from "./checksum.ts";
import type { FileArea } from "./file-header.ts";
import {
  DATA_DESCRIPTOR_SIGNATURE,
  DATA_SECTOR_SIGNATURE,
  DataDescriptor,
  DataSector,
  LOG_ENTRY_SIGNATURE,
  LOG_SECTOR_BYTES,
  LogEntryHeader,
} from "./layout.ts";
import { writeVerified } from "./verified-write.ts";

/** A sector of 4 KiB of the file's structures as it is to be. */
export interface ChangedSector {
  /** A multiple of 4 KiB. */
  readonly fileOffset: number;
  readonly bytes: Uint8Array;
}

/**
 * Two entries of this size fit into the smallest log, so that the one before is whole while the next is being written.
 * Also the descriptors of an entry then fit into its first sector.
 */
export const MAX_ENTRY_SECTORS = 120;

const LEADING_BYTES = 8;
const TRAILING_BYTES = 4;
const LOW_WORD = 0xffffffffn;

/**
 * Appends entries to the ring. Each entry is complete in itself and its own tail: whoever writes it has made all that
 * earlier ones say durable in its place before. [MS-VHDX] 2.3
 */
export class LogWriter {
  readonly #store: ByteStore;
  readonly #area: FileArea;
  readonly logGuid: Guid;
  #sequenceNumber = 1n;
  #at = 0;

  /** The log's former content does not matter: nothing in it has this GUID. */
  constructor(store: ByteStore, area: FileArea, logGuid: Guid) {
    this.#store = store;
    this.#area = area;
    this.logGuid = logGuid;
  }

  /** Writes one entry, at most `MAX_ENTRY_SECTORS` sectors. It counts when it is flushed, as a whole or not at all. */
  async append(sectors: readonly ChangedSector[]): Promise<void> {
    if (sectors.length > MAX_ENTRY_SECTORS) throw new TypeError(`${sectors.length} sectors in a log entry`);
    const fileBytes = this.#store.sizeBytes;
    const entry = encodeLogEntry(sectors, {
      tail: this.#at,
      sequenceNumber: this.#sequenceNumber,
      logGuid: this.logGuid,
      // both are to be whole MiB: the file has been this long, and no structure lies behind the other
      flushedFileOffset: BigInt(Math.floor(fileBytes / MIB) * MIB),
      lastFileOffset: BigInt(Math.ceil(fileBytes / MIB) * MIB),
    });
    const beforeWrap = Math.min(entry.length, this.#area.length - this.#at);
    await writeVerified(this.#store, entry.subarray(0, beforeWrap), this.#area.offset + this.#at);
    if (beforeWrap < entry.length)
      await writeVerified(this.#store, entry.subarray(beforeWrap), this.#area.offset);
    this.#at = (this.#at + entry.length) % this.#area.length;
    this.#sequenceNumber += 1n;
  }
}

export interface LogEntryFacts {
  readonly tail: number;
  readonly sequenceNumber: bigint;
  readonly logGuid: Guid;
  readonly flushedFileOffset: bigint;
  readonly lastFileOffset: bigint;
}

/** One sector of header and descriptors, then the sectors. [MS-VHDX] 2.3.1 */
export function encodeLogEntry(sectors: readonly ChangedSector[], facts: LogEntryFacts): Uint8Array {
  const { sequenceNumber } = facts;
  const entry = new Uint8Array((1 + sectors.length) * LOG_SECTOR_BYTES);
  const header = LogEntryHeader.encode({
    ...facts,
    signature: LOG_ENTRY_SIGNATURE,
    checksum: 0,
    entryLength: entry.length,
    descriptorCount: sectors.length,
  });
  entry.set(header);
  for (const [i, { fileOffset, bytes }] of sectors.entries()) {
    const descriptor = DataDescriptor.encode({
      signature: DATA_DESCRIPTOR_SIGNATURE,
      trailingBytes: bytes.subarray(LOG_SECTOR_BYTES - TRAILING_BYTES),
      leadingBytes: bytes.subarray(0, LEADING_BYTES),
      fileOffset: BigInt(fileOffset),
      sequenceNumber,
    });
    entry.set(descriptor, LogEntryHeader.sizeBytes + i * DataDescriptor.sizeBytes);
    const data = DataSector.encode({
      signature: DATA_SECTOR_SIGNATURE,
      sequenceHigh: Number(sequenceNumber >> 32n),
      data: bytes.subarray(LEADING_BYTES, LOG_SECTOR_BYTES - TRAILING_BYTES),
      sequenceLow: Number(sequenceNumber & LOW_WORD),
    });
    entry.set(data, (1 + i) * LOG_SECTOR_BYTES);
  }
  sealChecksum(entry);
  return entry;
}
