import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type AeadContext, aeadOpen, aeadSeal } from "../crypto/aead.ts";
import { VaultSelfCheckError } from "../errors.ts";
import { COMPRESSION, FRAME_BYTES, FrameChunk, FrameHead, HASH_BYTES, TAG_BYTES } from "../format/layout.ts";
import { FRAME_MAGIC } from "../format/magic.ts";
import { discard } from "./discard.ts";
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

/** The longest that a frame of these chunks can become. */
export function longestFrame(plainBytes: number, chunkCount: number): number {
  return FrameHead.sizeBytes + FrameChunk.sizeBytes * chunkCount + plainBytes + TAG_BYTES;
}

/**
 * Compresses and seals a frame to the beginning of `target`, then opens it again and compares: docs/vault-format.md 6 and 9.2.
 * Gives the frame's length. @throws {VaultSelfCheckError}
 */
export function sealFrame(input: FrameInput, seal: FrameSeal, target: Uint8Array): number {
  const squeezed = zstdCompressSync(input.plain, COMPRESS);
  const isSmaller = squeezed.length < input.plain.length;
  const packed = isSmaller ? squeezed : input.plain;
  const clearBytes = writeFrameClear(input, target, {
    packedBytes: packed.length,
    compression: isSmaller ? COMPRESSION.zstd : COMPRESSION.none,
  });
  const clear = target.subarray(0, clearBytes);
  const { sealed, tag } = aeadSeal(packed, frameContext(seal, clear, input.number));
  target.set(sealed, clearBytes);
  target.set(tag, clearBytes + sealed.length);
  const length = clearBytes + sealed.length + TAG_BYTES;
  discard(squeezed);
  discard(sealed);
  const again = openFrame(target.subarray(0, length), seal)?.plain;
  const isSame = again !== undefined && Buffer.compare(again, input.plain) === 0;
  if (again !== undefined) discard(again);
  if (!isSame) {
    throw new VaultSelfCheckError(
      `Cannot store ${input.plain.length} bytes: what was sealed does not open to the same bytes`,
    );
  }
  return length;
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
  if (clear.compression !== COMPRESSION.zstd) {
    return packed.length === clear.plainBytes ? { clear, plain: packed } : undefined;
  }
  const plain = decompress(packed, clear.plainBytes);
  discard(packed);
  return plain?.length === clear.plainBytes ? { clear, plain } : undefined;
}

function decompress(packed: Uint8Array, plainBytes: number): Uint8Array | undefined {
  try {
    return zstdDecompressSync(packed, { chunkSize: plainBytes + 64, maxOutputLength: plainBytes + 64 });
  } catch {
    return undefined; // sealed, but not by a writer that keeps to the format
  }
}

/** Gives the length of head and entries. */
function writeFrameClear(
  input: FrameInput,
  target: Uint8Array,
  packed: { readonly packedBytes: number; readonly compression: number },
): number {
  const chunkCount = input.lengths.length;
  const plainBytes = input.plain.length;
  target.set(
    FrameHead.encode({ magic: FRAME_MAGIC, chunkCount, number: BigInt(input.number), plainBytes, ...packed }),
  );
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const lengthAt = FrameChunk.offsetOf("plainBytes");
  let at = FrameHead.sizeBytes;
  for (let i = 0; i < chunkCount; i++) {
    target.set(input.ids.subarray(HASH_BYTES * i, HASH_BYTES * (i + 1)), at + FrameChunk.offsetOf("id"));
    view.setUint32(at + lengthAt, input.lengths[i] as number, true);
    at += FrameChunk.sizeBytes;
  }
  return at;
}

function frameContext(seal: FrameSeal, clear: Uint8Array, number: number): AeadContext {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(number), true);
  return { key: seal.key, nonce, bound: [seal.header, clear] };
}
