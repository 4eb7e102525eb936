import { type Guid, throwIfInterrupted, ZERO_GUID } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { VhdxLogCorruptError, VhdxLogTooLargeError, VhdxTruncatedError } from "./errors.ts";
import type { FileArea } from "./file-header.ts";
import {
  DATA_DESCRIPTOR_SIGNATURE,
  DataDescriptor,
  LOG_SECTOR_BYTES,
  LogDescriptor,
  MAX_FILE_BYTES,
  REGION_TABLE_OFFSETS,
  ZeroDescriptor,
} from "./layout.ts";
import { descriptorOffsets, type LogEntry } from "./log-entry.ts";
import { LogRing } from "./log-ring.ts";
import { activeSequence } from "./log-sequence.ts";
import { type OverlayPiece, type VisiblePiece, visiblePieces } from "./overlay-pieces.ts";
import type { Tolerance } from "./tolerance.ts";

/** As many sectors as a log of 1 GiB has room for; they take some 200 MiB of memory. Windows' log of 1 MiB has 256. */
export const MAX_REPLAY_PIECES = 262144;

/** What a replay would do to the file. */
export interface LogReplay {
  /** The entries applied, oldest first; empty when there was nothing to replay. */
  readonly entries: readonly LogEntry[];
  readonly pieces: readonly VisiblePiece[];
  /** The file's length afterwards. */
  readonly sizeBytes: number;
}

export interface LogReplayOptions {
  readonly log: FileArea | undefined;
  readonly logGuid: Guid;
  readonly tolerance: Tolerance;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Works out what replaying the log would change, in memory: at most `MAX_REPLAY_PIECES` places, no data.
 *
 * @throws {VhdxLogCorruptError} when the log should have something to replay and nothing in it verifies.
 * @throws {VhdxTruncatedError} when the file is shorter than when the log was written.
 */
export async function planLogReplay(source: ByteSource, options: LogReplayOptions): Promise<LogReplay> {
  const nothing: LogReplay = { entries: [], pieces: [], sizeBytes: source.sizeBytes };
  const { log: area, logGuid, tolerance } = options;
  if (logGuid === ZERO_GUID || area === undefined) return nothing;
  const log = new LogRing(source, area);
  const entries = await activeSequence(log, logGuid, options);
  const head = entries?.at(-1);
  if (entries === undefined || head === undefined) {
    tolerance.tolerate(
      new VhdxLogCorruptError("Cannot replay the log of the VHDX: none of its entries verifies"),
    );
    return nothing;
  }
  if (BigInt(source.sizeBytes) < head.flushedFileOffset)
    tolerance.tolerate(
      new VhdxTruncatedError(
        `Cannot replay the log of the VHDX: the file has ${source.sizeBytes} bytes and had ${head.flushedFileOffset}`,
      ),
    );
  const pieces: OverlayPiece[] = [];
  for (const entry of entries) {
    throwIfInterrupted(options.signal);
    await collectPieces(log, entry, pieces);
  }
  const lastFileOffset = safeOffset(head.lastFileOffset);
  const sizeBytes = pieces.reduce(
    (size, piece) => Math.max(size, piece.offset + piece.length),
    Math.max(source.sizeBytes, lastFileOffset),
  );
  if (sizeBytes > MAX_FILE_BYTES)
    throw new VhdxLogCorruptError(
      `Cannot replay the log of the VHDX: the file would have ${sizeBytes} bytes then`,
    );
  return { entries, pieces: visiblePieces(pieces), sizeBytes };
}

async function collectPieces(log: LogRing, entry: LogEntry, pieces: OverlayPiece[]): Promise<void> {
  let dataSector = entry.at + entry.descriptorSectors * LOG_SECTOR_BYTES;
  for (let index = 0; index < entry.descriptorSectors; index++) {
    const sector = await log.sector(entry.at + index * LOG_SECTOR_BYTES);
    for (const at of descriptorOffsets(index, entry.descriptorCount)) {
      const isData = LogDescriptor.decode(sector, at).signature === DATA_DESCRIPTOR_SIGNATURE;
      const piece = isData ? dataPiece(sector, at, log.fileOffset(dataSector)) : zeroPiece(sector, at);
      if (isData) dataSector += LOG_SECTOR_BYTES;
      checkTarget(piece, log.area);
      if (piece.length > 0) pieces.push(piece);
      if (pieces.length > MAX_REPLAY_PIECES)
        throw new VhdxLogTooLargeError(
          `Cannot replay the log of the VHDX: it changes more than ${MAX_REPLAY_PIECES} places`,
        );
    }
  }
}

function dataPiece(sector: Uint8Array, at: number, fileOffset: number): OverlayPiece {
  const descriptor = DataDescriptor.decode(sector, at);
  const { leadingBytes, trailingBytes } = descriptor;
  return {
    offset: safeOffset(descriptor.fileOffset),
    length: LOG_SECTOR_BYTES,
    sector: { fileOffset, leadingBytes, trailingBytes },
  };
}

function zeroPiece(sector: Uint8Array, at: number): OverlayPiece {
  const descriptor = ZeroDescriptor.decode(sector, at);
  return {
    offset: safeOffset(descriptor.fileOffset),
    length: safeOffset(descriptor.zeroLength),
    sector: undefined,
  };
}

/** No replay reaches the identifier, the headers or the log itself. */
function checkTarget(piece: OverlayPiece, log: FileArea): void {
  const end = piece.offset + piece.length;
  const isAligned = piece.offset % LOG_SECTOR_BYTES === 0 && piece.length % LOG_SECTOR_BYTES === 0;
  const hitsLog = piece.offset < log.offset + log.length && end > log.offset;
  if (!isAligned || piece.offset < REGION_TABLE_OFFSETS[0] || hitsLog || !Number.isSafeInteger(end))
    throw new VhdxLogCorruptError(
      `Cannot replay the log of the VHDX: it writes ${piece.length} bytes at ${piece.offset}`,
    );
}

function safeOffset(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new VhdxLogCorruptError(`Cannot replay the log of the VHDX: it names the offset ${value}`);
  return Number(value);
}
