import { InternalError } from "../../base/index.ts";
import type { FileLayout, FileSegment } from "../../disk/index.ts";

/** Neighbouring chunks of a file that are read at once. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
  /** The chunks' lengths, in order. */
  readonly lengths: Uint32Array;
  /** How much of it is payload. */
  readonly payloadBytes: number;
}

/**
 * Cuts a file, in file order: at each change of the layout, and at whole multiples of the chunk size from its cut origin
 * in between. A stretch is at most `stretchBytes` long and of `mostChunks` chunks.
 */
export async function* planStretches(
  layout: FileLayout,
  sizes: { readonly chunkBytes: number; readonly stretchBytes: number; readonly mostChunks: number },
): AsyncGenerator<Stretch> {
  let draft = new StretchDraft(0);
  for await (const segment of layout.segments()) {
    if (segment.offset !== draft.end) {
      throw new InternalError(`Cannot cut a file: its layout goes from ${draft.end} on at ${segment.offset}`);
    }
    for (const length of cuts(segment, sizes.chunkBytes)) {
      if (draft.length + length > sizes.stretchBytes || draft.chunkCount >= sizes.mostChunks) {
        yield draft.finish();
        draft = new StretchDraft(draft.end);
      }
      draft.add(length, segment.kind === "payload" ? length : 0);
    }
  }
  if (draft.length > 0) yield draft.finish();
  if (draft.end !== layout.sizeBytes) {
    throw new InternalError(
      `Cannot cut a file of ${layout.sizeBytes} bytes: its layout ends at ${draft.end}`,
    );
  }
}

class StretchDraft {
  readonly #offset: number;
  readonly #lengths: number[] = [];
  #payloadBytes = 0;
  length = 0;

  constructor(offset: number) {
    this.#offset = offset;
  }

  get chunkCount(): number {
    return this.#lengths.length;
  }

  get end(): number {
    return this.#offset + this.length;
  }

  add(length: number, payloadBytes: number): void {
    this.#lengths.push(length);
    this.#payloadBytes += payloadBytes;
    this.length += length;
  }

  finish(): Stretch {
    return {
      offset: this.#offset,
      length: this.length,
      lengths: Uint32Array.from(this.#lengths),
      payloadBytes: this.#payloadBytes,
    };
  }
}

function* cuts(segment: FileSegment, chunkBytes: number): Generator<number> {
  const end = segment.offset + segment.length;
  for (let at = segment.offset; at < end; ) {
    const behind = (((at - segment.cutOrigin) % chunkBytes) + chunkBytes) % chunkBytes;
    const length = Math.min(chunkBytes - behind, end - at);
    yield length;
    at += length;
  }
}
