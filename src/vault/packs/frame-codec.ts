import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type AeadContext, aeadOpen, aeadSeal } from "../crypto/aead.ts";
import { VaultSelfCheckError } from "../errors.ts";
import { COMPRESSION, FRAME_BYTES, FrameChunk, FrameHead, TAG_BYTES } from "../format/layout.ts";
import { FRAME_MAGIC } from "../format/magic.ts";
import { type FrameClear, parseFrameClear } from "./frame-clear.ts";

/** What a frame's seal depends on besides its own bytes. */
export interface FrameSeal {
  /** The session's frame key. */
  readonly key: Uint8Array;
  /** The pack's header, which is bound to each of its frames. */
  readonly header: Uint8Array;
}

export interface FrameInput {
  /** Unique in the session. */
  readonly number: number;
  /** The chunks' bytes, one behind the other. */
  readonly plain: Uint8Array;
  /** 32 bytes for each chunk. */
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
}

const COMPRESS = {
  chunkSize: FRAME_BYTES + 64 * 1024, // the bound of the output: the default of 16 KiB costs up to a third
  params: { [constants.ZSTD_c_compressionLevel]: 1 },
};

/**
 * Compresses and seals a frame, then opens it again and compares: docs/vault-format.md 6 and 9.2. The caller owns the result, which has a
 * buffer of its own. @throws {VaultSelfCheckError}
 */
export function sealFrame(input: FrameInput, seal: FrameSeal): Uint8Array<ArrayBuffer> {
  const squeezed = zstdCompressSync(input.plain, COMPRESS);
  const compression = squeezed.length < input.plain.length ? COMPRESSION.zstd : COMPRESSION.none;
  const packed = compression === COMPRESSION.zstd ? squeezed : input.plain;
  const clear = encodeFrameClear(input, packed.length, compression);
  const { sealed, tag } = aeadSeal(packed, frameContext(seal, clear, input.number));
  const frame = new Uint8Array(clear.length + sealed.length + TAG_BYTES);
  frame.set(clear);
  frame.set(sealed, clear.length);
  frame.set(tag, clear.length + sealed.length);
  const again = openFrame(frame, seal)?.plain;
  if (again === undefined || Buffer.compare(again, input.plain) !== 0) {
    throw new VaultSelfCheckError(
      `Cannot store ${input.plain.length} bytes: what was sealed does not open to the same bytes`,
    );
  }
  return frame;
}

/**
 * Opens a frame; undefined when its bytes are not those that were sealed. The ids are not computed again.
 * `plain` belongs to the caller.
 */
export function openFrame(
  frame: Uint8Array,
  seal: FrameSeal,
): { readonly clear: FrameClear; readonly plain: Uint8Array } | undefined {
  const clear = parseFrameClear(frame, 0);
  if (clear === undefined || frame.length !== clear.sealedBytes) return undefined;
  const end = frame.length - TAG_BYTES;
  const packed = aeadOpen(
    frame.subarray(clear.clearBytes, end),
    frame.subarray(end),
    frameContext(seal, frame.subarray(0, clear.clearBytes), clear.number),
  );
  if (packed === undefined) return undefined;
  const plain = clear.compression === COMPRESSION.zstd ? decompress(packed, clear.plainBytes) : packed;
  return plain?.length === clear.plainBytes ? { clear, plain } : undefined;
}

function decompress(packed: Uint8Array, plainBytes: number): Uint8Array | undefined {
  try {
    return zstdDecompressSync(packed, { chunkSize: plainBytes + 64, maxOutputLength: plainBytes + 64 });
  } catch {
    return undefined; // sealed, but not by a writer that keeps to the format
  }
}

function encodeFrameClear(input: FrameInput, packedBytes: number, compression: number): Uint8Array {
  const count = input.lengths.length;
  const clear = new Uint8Array(FrameHead.sizeBytes + FrameChunk.sizeBytes * count);
  clear.set(
    FrameHead.encode({
      magic: FRAME_MAGIC,
      chunkCount: count,
      number: input.number,
      plainBytes: input.plain.length,
      packedBytes,
      compression,
    }),
  );
  for (let i = 0; i < count; i++) {
    const id = input.ids.subarray(32 * i, 32 * i + 32);
    const entry = FrameChunk.encode({ id, plainBytes: input.lengths[i] as number });
    clear.set(entry, FrameHead.sizeBytes + FrameChunk.sizeBytes * i);
  }
  return clear;
}

function frameContext(seal: FrameSeal, clear: Uint8Array, number: number): AeadContext {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(number), true);
  return { key: seal.key, nonce, bound: [seal.header, clear] };
}
