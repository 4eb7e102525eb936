import { crc32, KIB, type StructValue } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { checksumWithout } from "./checksum.ts";
import { KeyValueStoreDamagedError } from "./errors.ts";
import { REPLAY_LOG_SIGNATURE, ReplayEntry, ReplayLogHeader } from "./layout.ts";
import { ReplayedSource } from "./replayed-source.ts";
import type { StorageHeaderValue } from "./storage-header.ts";

type Entry = StructValue<typeof ReplayEntry>;

const LARGEST_LOG_HEADER = 64 * KIB; // 2,339 entries
const LARGEST_FILE = 2 ** 43; // 8 TiB: twice the memory of the largest machine
const STEP = 64 * KIB;

export interface Replayed {
  /** The file as it is when its log has been applied; the file itself is not written. */
  readonly source: ByteSource;
  readonly entryCount: number;
}

/**
 * Applies the log's current entries, in memory and in order. A count of zero is a clean file, whatever old entries
 * are still there. Each entry and its data must verify, or none is applied.
 */
export async function replayLog(source: ByteSource, header: StorageHeaderValue): Promise<Replayed> {
  if (header.logSizeBytes === 0) return { source, entryCount: 0 };
  if (header.logOffset + ReplayLogHeader.sizeBytes > source.sizeBytes)
    throw new KeyValueStoreDamagedError("its replay log lies behind its end");
  const bytes = await readBytes(source, header.logOffset, ReplayLogHeader.sizeBytes);
  const log = ReplayLogHeader.decode(bytes);
  if (log.signature !== REPLAY_LOG_SIGNATURE) throw damagedLog("has no signature");
  if (log.checksum !== checksumWithout(bytes, ReplayLogHeader.offsetOf("checksum")))
    throw damagedLog("has a wrong checksum");
  if (log.entryCount === 0) return { source, entryCount: 0 };
  const entries = await readEntries(source, header, log.entryCount);
  for (const entry of entries) await checkData(source, header, entry);
  const patches = entries.map((entry) => ({
    offset: entry.destination,
    length: entry.sizeBytes,
    from: header.logOffset + entry.logOffset,
  }));
  return { source: new ReplayedSource(source, patches), entryCount: entries.length };
}

async function readEntries(source: ByteSource, header: StorageHeaderValue, count: number): Promise<Entry[]> {
  const needed = ReplayLogHeader.sizeBytes + count * ReplayEntry.sizeBytes;
  const allowed = Math.min(header.logHeaderSizeBytes, header.logSizeBytes, LARGEST_LOG_HEADER);
  if (needed > allowed || header.logOffset + needed > source.sizeBytes)
    throw damagedLog(`has no room for its ${count} entries`);
  const bytes = await readBytes(source, header.logOffset, needed);
  return Array.from({ length: count }, (_, at) => {
    const start = ReplayLogHeader.sizeBytes + at * ReplayEntry.sizeBytes;
    const raw = bytes.subarray(start, start + ReplayEntry.sizeBytes);
    const entry = ReplayEntry.decode(raw);
    if (entry.checksum !== checksumWithout(raw, ReplayEntry.offsetOf("checksum")))
      throw damagedLog(`has a wrong checksum in entry ${at}`);
    const end = entry.logOffset + entry.sizeBytes;
    if (entry.logOffset < header.logHeaderSizeBytes || end > header.logSizeBytes)
      throw damagedLog(`has data of entry ${at} outside of itself`);
    if (header.logOffset + end > source.sizeBytes) throw damagedLog(`is cut off in the data of entry ${at}`);
    if (entry.destination + entry.sizeBytes > LARGEST_FILE)
      throw damagedLog(`sends entry ${at} beyond any file`);
    return entry;
  });
}

async function checkData(source: ByteSource, header: StorageHeaderValue, entry: Entry): Promise<void> {
  const buffer = new Uint8Array(Math.min(STEP, entry.sizeBytes));
  let checksum = 0;
  for (let done = 0; done < entry.sizeBytes; done += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, entry.sizeBytes - done));
    await source.read(part, header.logOffset + entry.logOffset + done);
    checksum = crc32(part, checksum);
  }
  if (checksum !== entry.dataChecksum)
    throw damagedLog(`has wrong data for the ${entry.sizeBytes} bytes at ${entry.destination}`);
}

function damagedLog(state: string): KeyValueStoreDamagedError {
  return new KeyValueStoreDamagedError(`its replay log ${state}`);
}
