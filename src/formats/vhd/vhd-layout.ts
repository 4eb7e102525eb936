import { MIB } from "../../base/index.ts";
import type { FileLayout, FileSegment, PayloadExtent } from "../../disk/index.ts";
import type { BlockTable, StoredBlock } from "./block-table.ts";

/** A fixed disk: payload up to its virtual size, then the footer. */
export function fixedLayout(fileBytes: number, virtualSizeBytes: number): FileLayout {
  return {
    sizeBytes: fileBytes,
    async *payload() {
      yield { virtualOffset: 0, fileOffset: 0, length: virtualSizeBytes };
    },
    async *segments() {
      yield { offset: 0, length: virtualSizeBytes, kind: "payload", cutOrigin: 0 };
      yield* plain(virtualSizeBytes, fileBytes);
    },
  };
}

export interface BlockLayoutOptions {
  readonly fileBytes: number;
  readonly virtualSizeBytes: number;
  /** Checked between pages of the table. */
  readonly signal?: AbortSignal | undefined;
}

/** A dynamic or differencing disk: each stored block's data up to the disk's end is payload, its bitmap is not. */
export function blockLayout(table: BlockTable, options: BlockLayoutOptions): FileLayout {
  const { fileBytes, virtualSizeBytes, signal } = options;
  const payloadOf = ({ block, bitmapOffset }: StoredBlock): PayloadExtent => {
    const virtualOffset = block * table.blockSizeBytes;
    const length = Math.min(table.blockSizeBytes, virtualSizeBytes - virtualOffset);
    return { virtualOffset, fileOffset: bitmapOffset + table.bitmapBytes, length };
  };
  return {
    sizeBytes: fileBytes,
    async *payload() {
      for await (const batch of table.storedBlocks(signal)) yield* batch.map(payloadOf);
    },
    async *segments() {
      let at = 0;
      for await (const batch of table.inFileOrder(signal)) {
        for (const extent of batch.map(payloadOf)) {
          yield* plain(at, extent.fileOffset);
          yield {
            offset: extent.fileOffset,
            length: extent.length,
            kind: "payload",
            cutOrigin: cutOrigin(extent),
          };
          at = extent.fileOffset + extent.length;
        }
      }
      yield* plain(at, fileBytes);
    },
  };
}

function* plain(from: number, to: number): Iterable<FileSegment> {
  if (from < to) yield { offset: from, length: to - from, kind: "plain", cutOrigin: 0 };
}

/** Blocks lie on any sector, so the whole MiB of the guest lie anywhere in the file. */
function cutOrigin({ fileOffset, virtualOffset }: PayloadExtent): number {
  const origin = fileOffset - (virtualOffset % MIB);
  return origin < 0 ? origin + MIB : origin;
}
