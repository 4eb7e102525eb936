import { HASH_BYTES } from "../format/layout.ts";

/** Computes ids: BLAKE3 keyed with the identity key. One of them is reused for every chunk. */
export interface ChunkHasher {
  /** Writes the 32 bytes of the id to `target` at `at`. */
  hash(chunk: Uint8Array, target: Uint8Array, at: number): void;
}

/** The native addon where it loads, else WebAssembly: the ids are the same. */
export async function createChunkHasher(identityKey: Uint8Array): Promise<ChunkHasher> {
  try {
    return await nativeHasher(identityKey);
  } catch {
    return await wasmHasher(identityKey); // no prebuilt addon for this machine
  }
}

/** @napi-rs/blake-hash: several GB/s. @throws where no prebuilt addon fits. */
export async function nativeHasher(identityKey: Uint8Array): Promise<ChunkHasher> {
  const { Blake3Hasher } = await import("@napi-rs/blake-hash");
  const hasher = Blake3Hasher.newKeyed(Buffer.from(identityKey));
  return {
    hash(chunk, target, at) {
      hasher.reset();
      hasher.update(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)); // a view
      target.set(hasher.digestBuffer(), at);
    },
  };
}

/** hash-wasm: runs anywhere, at a tenth of the speed. */
export async function wasmHasher(identityKey: Uint8Array): Promise<ChunkHasher> {
  const { createBLAKE3 } = await import("hash-wasm");
  const hasher = await createBLAKE3(8 * HASH_BYTES, identityKey);
  return {
    hash(chunk, target, at) {
      hasher.init();
      hasher.update(chunk);
      target.set(hasher.digest("binary"), at);
    },
  };
}
