import { readBytes } from "../../disk/index.ts";
import { PayloadState } from "./block-entry.ts";
import type { PayloadRun } from "./block-table.ts";
import { firstSectorBit } from "./geometry.ts";
import { sectorRuns } from "./sector-runs.ts";
import type { VhdxFile } from "./vhdx-file.ts";

/** A stretch of the virtual disk that a differencing file decides itself. */
export interface PresentRun {
  readonly virtualOffset: number;
  readonly length: number;
  /** Where its bytes lie in the file; undefined: they are zeros that hide the parent's. */
  readonly fileOffset: number | undefined;
}

/** Everything that hides the parent, ascending; nothing for an empty file. The file is differencing. */
export async function* presentRuns(file: VhdxFile): AsyncGenerator<PresentRun> {
  for await (const run of file.blockTable.walk()) {
    if (run.kind === "bitmap" || run.state === PayloadState.notPresent) continue;
    if (run.state === PayloadState.partiallyPresent) yield* partialRuns(file, run);
    else yield wholeRun(file, run);
  }
}

function wholeRun(file: VhdxFile, run: PayloadRun): PresentRun {
  const { blockSizeBytes, virtualSizeBytes } = file.blockTable.geometry;
  const virtualOffset = run.firstBlock * blockSizeBytes;
  const isData = run.state === PayloadState.fullyPresent;
  return {
    virtualOffset,
    length: Math.min(run.blockCount * blockSizeBytes, virtualSizeBytes - virtualOffset),
    fileOffset: isData ? run.fileOffset : undefined,
  };
}

async function* partialRuns(file: VhdxFile, run: PayloadRun): AsyncGenerator<PresentRun> {
  const { geometry } = file.blockTable;
  const { blockSizeBytes, virtualSizeBytes, logicalSectorBytes, chunkRatio } = geometry;
  for (let i = 0; i < run.blockCount; i++) {
    const block = run.firstBlock + i;
    const length = Math.min(blockSizeBytes, virtualSizeBytes - block * blockSizeBytes);
    const sectors = length / logicalSectorBytes;
    const bitmap = await file.blockTable.bitmapOffset(Math.floor(block / chunkRatio));
    // the smallest block has 256 sectors, so each one's bits begin with a byte; the largest has 64 KiB of them
    const bits = await readBytes(
      file.source,
      bitmap + firstSectorBit(geometry, block) / 8,
      Math.ceil(sectors / 8),
    );
    for (const { first, count, isPresent } of sectorRuns(bits, 0, sectors)) {
      if (!isPresent) continue;
      const inBlock = first * logicalSectorBytes;
      yield {
        virtualOffset: block * blockSizeBytes + inBlock,
        length: count * logicalSectorBytes,
        fileOffset: run.fileOffset + i * blockSizeBytes + inBlock,
      };
    }
  }
}
