/** A stretch of the file that a replay rewrites. */
export interface OverlayPiece {
  readonly offset: number;
  readonly length: number;
  /** Undefined: zeros. Else the piece is one 4 KiB sector, kept as the place where the log has it. */
  readonly sector: LoggedSector | undefined;
}

/** A sector of the log with the bytes of the original that its own signature and numbers displaced. */
export interface LoggedSector {
  /** Offset in the file of the log's data sector. */
  readonly fileOffset: number;
  readonly leadingBytes: Uint8Array;
  readonly trailingBytes: Uint8Array;
}

/** A part of a piece that no later piece hides. */
export interface VisiblePiece {
  readonly start: number;
  readonly end: number;
  readonly piece: OverlayPiece;
}

/**
 * What is seen when the pieces are laid over each other in their order, as disjoint parts in ascending order.
 *
 * From the last piece to the first, each takes the elementary stretches between all borders that are still free; a
 * forest of "next free" links skips the others, so the cost is that of sorting.
 */
export function visiblePieces(pieces: readonly OverlayPiece[]): readonly VisiblePiece[] {
  const borders = Float64Array.from(pieces.flatMap((piece) => [piece.offset, piece.offset + piece.length]));
  borders.sort();
  const edges = borders.filter((border, i) => i === 0 || border !== borders[i - 1]);
  const nextFree = Int32Array.from({ length: edges.length + 1 }, (_, i) => i);
  const owner: (OverlayPiece | undefined)[] = [];
  for (const piece of pieces.toReversed()) {
    const end = piece.offset + piece.length;
    let i = findFree(nextFree, indexOf(edges, piece.offset));
    while (i < edges.length && (edges[i] as number) < end) {
      owner[i] = piece;
      nextFree[i] = i + 1;
      i = findFree(nextFree, i);
    }
  }
  const visible: VisiblePiece[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const piece = owner[i];
    if (piece !== undefined) visible.push({ start: edges[i] as number, end: edges[i + 1] as number, piece });
  }
  return visible;
}

function findFree(nextFree: Int32Array, from: number): number {
  let root = from;
  while (nextFree[root] !== root) root = nextFree[root] as number;
  for (let i = from; i !== root; ) {
    const next = nextFree[i] as number;
    nextFree[i] = root;
    i = next;
  }
  return root;
}

/** The index of the first edge that is not below the offset. */
function indexOf(edges: Float64Array, offset: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
