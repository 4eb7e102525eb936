import { type ByteSource, readBytes, SourceEndedError } from "../../disk/index.ts";
import { DataSector, LOG_SECTOR_BYTES } from "./layout.ts";
import type { LoggedSector, VisiblePiece } from "./overlay-pieces.ts";

export interface ReplayedSourceOptions {
  /** Ascending and disjoint. */
  readonly pieces: readonly VisiblePiece[];
  /** The file's length after the replay, at least its present one; what was added reads as zeros. */
  readonly sizeBytes: number;
  /** For damaged files: bytes behind the end read as zeros, too. */
  readonly endless: boolean;
}

/**
 * The file as it would be after its log had been replayed. The file itself is not touched: the sectors that the log
 * rewrites are fetched from the log each time. Takes over the source and disposes of it.
 */
export class ReplayedSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #file: ByteSource;
  readonly #pieces: readonly VisiblePiece[];
  readonly #endless: boolean;

  constructor(file: ByteSource, options: ReplayedSourceOptions) {
    this.#file = file;
    this.#pieces = options.pieces;
    this.sizeBytes = options.sizeBytes;
    this.#endless = options.endless;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    const end = offset + target.length;
    if (end > this.sizeBytes && !this.#endless)
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset}: the file has ${this.sizeBytes}`,
      );
    const inFile = Math.min(target.length, Math.max(0, this.#file.sizeBytes - offset));
    if (inFile > 0) await this.#file.read(target.subarray(0, inFile), offset);
    target.fill(0, inFile);
    for (let i = this.#firstEndingBehind(offset); i < this.#pieces.length; i++) {
      const visible = this.#pieces[i] as VisiblePiece;
      if (visible.start >= end) break;
      await this.#paint(target, offset, visible);
    }
  }

  async #paint(target: Uint8Array, offset: number, visible: VisiblePiece): Promise<void> {
    const start = Math.max(visible.start, offset);
    const end = Math.min(visible.end, offset + target.length);
    const part = target.subarray(start - offset, end - offset);
    const { piece } = visible;
    if (piece.sector === undefined) part.fill(0);
    else {
      const sector = await this.#restore(piece.sector);
      part.set(sector.subarray(start - piece.offset, end - piece.offset));
    }
  }

  /** [MS-VHDX] 2.3.1.3: leading bytes, the logged bytes, trailing bytes. */
  async #restore(logged: LoggedSector): Promise<Uint8Array> {
    const { data } = DataSector.decode(await readBytes(this.#file, logged.fileOffset, LOG_SECTOR_BYTES));
    const sector = new Uint8Array(LOG_SECTOR_BYTES);
    sector.set(logged.leadingBytes);
    sector.set(data, logged.leadingBytes.length);
    sector.set(logged.trailingBytes, logged.leadingBytes.length + data.length);
    return sector;
  }

  #firstEndingBehind(offset: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pieces[middle] as VisiblePiece).end <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}
