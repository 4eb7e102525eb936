import { throwIfInterrupted } from "../../base/index.ts";
import { FRAME_BYTES, SealedHeader } from "../format/layout.ts";
import { FRAME_MAGIC } from "../format/magic.ts";
import { parseFrameClear } from "../packs/frame-clear.ts";
import type { Engine } from "../pipeline/engine.ts";

/** A frame that opened: it is what was sealed, and its chunks have the identities that it states. */
export interface FoundFrame {
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
  /** Valid until the next frame is asked for. */
  readonly plain: Uint8Array;
}

export interface ScanOptions {
  readonly engine: Engine;
  /** What the pack's frames are bound to: its header as it was written. */
  readonly header: Uint8Array;
  readonly frameKey: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Every frame of a pack that still opens, found by the heads in front of them: neither footer nor index is asked. What looks like a
 * frame and does not open is passed over byte by byte, since its length may be what is damaged.
 */
export async function* scanFrames(pack: Uint8Array, options: ScanOptions): AsyncGenerator<FoundFrame> {
  const target = new Uint8Array(new SharedArrayBuffer(FRAME_BYTES));
  for (let at: number | undefined = SealedHeader.sizeBytes; at !== undefined; ) {
    throwIfInterrupted(options.signal);
    const length = frameBytesAt(pack, at);
    const frame = length === undefined ? undefined : await open(pack.slice(at, at + length), target, options);
    if (frame === undefined || length === undefined) at = nextHead(pack, at + 1);
    else {
      yield frame;
      at = nextHead(pack, at + length);
    }
  }
}

function frameBytesAt(pack: Uint8Array, at: number): number | undefined {
  const clear = parseFrameClear(pack, at);
  return clear !== undefined && at + clear.sealedBytes <= pack.length ? clear.sealedBytes : undefined;
}

function nextHead(pack: Uint8Array, from: number): number | undefined {
  const at = Buffer.from(pack.buffer, pack.byteOffset, pack.length).indexOf(FRAME_MAGIC, from);
  return at < 0 ? undefined : at;
}

async function open(
  bytes: Uint8Array,
  target: Uint8Array,
  { engine, header, frameKey }: ScanOptions,
): Promise<FoundFrame | undefined> {
  const frames = [{ at: 0, length: bytes.length }];
  const [frame] = await engine.workers.run({ kind: "open", key: frameKey, header, bytes, frames, target });
  if (frame === null || frame === undefined) return undefined;
  return { ids: frame.ids, lengths: frame.lengths, plain: target.subarray(0, frame.plainBytes) };
}
