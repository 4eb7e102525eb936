import type { SeededEntropy } from "../../src/base/testing/index.ts";
import type { MemoryStorage } from "../../src/storage/testing/index.ts";

// docs/vault-format.md 5 and 6
const HEADER_BYTES = 176;
const BODY_BYTES = 16;
const TAG_BYTES = 16;
const FRAME_HEAD_BYTES = 32;
const FRAME_CHUNK_BYTES = 36;
const TRAILER_BYTES = 56;

/** One bit of an object. */
export interface FlipPlace {
  readonly name: string;
  readonly at: number;
  readonly bit: number;
}

/**
 * The bits of a vault that are worth turning: every bit of every header, frame head, tag, footer, trailer, slot and of the config,
 * and one drawn bit of every other byte.
 */
export function* flipPlaces(storage: MemoryStorage, random: SeededEntropy): Generator<FlipPlace> {
  for (const name of storage.names()) {
    const bytes = storage.peek(name);
    const isPayload = payloadOf(name, bytes);
    for (let at = 0; at < bytes.length; at++) {
      if (isPayload(at)) yield { name, at, bit: random.below(8) };
      else for (let bit = 0; bit < 8; bit++) yield { name, at, bit };
    }
  }
}

/** Turns one bit, has a look, and turns it back. */
export async function withFlipped(
  storage: MemoryStorage,
  { name, at, bit }: FlipPlace,
  look: () => Promise<void>,
): Promise<void> {
  const bytes = storage.peek(name);
  bytes[at] = (bytes[at] as number) ^ (1 << bit);
  try {
    await look();
  } finally {
    bytes[at] ^= 1 << bit;
  }
}

function payloadOf(name: string, bytes: Uint8Array): (at: number) => boolean {
  if (name === "config" || name.startsWith("keys/")) return () => false;
  if (!name.startsWith("packs/"))
    return (at) => at >= HEADER_BYTES + BODY_BYTES && at < bytes.length - TAG_BYTES;
  const sealed = framePayloads(bytes);
  return (at) => sealed.some(({ from, to }) => at >= from && at < to);
}

/** Where the ciphertext of each frame lies. */
function framePayloads(pack: Uint8Array): readonly { readonly from: number; readonly to: number }[] {
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength);
  const footerBytes = view.getUint32(pack.length - TRAILER_BYTES + 36, true);
  const footerAt = pack.length - TRAILER_BYTES - footerBytes;
  const payloads: { from: number; to: number }[] = [];
  for (let at = HEADER_BYTES; at < footerAt; ) {
    const chunkCount = view.getUint32(at + 4, true);
    const packedBytes = view.getUint32(at + 20, true);
    const from = at + FRAME_HEAD_BYTES + chunkCount * FRAME_CHUNK_BYTES;
    payloads.push({ from, to: from + packedBytes });
    at = from + packedBytes + TAG_BYTES;
  }
  return payloads;
}
