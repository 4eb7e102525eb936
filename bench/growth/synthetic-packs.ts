import { systemEntropy } from "../../src/base/index.ts";
import { envelopeHeader, newSessionKeys } from "../../src/vault/crypto/session-keys.ts";
import type { VaultKeys } from "../../src/vault/crypto/vault-keys.ts";
import { COMPRESSION, CONTENT, FrameChunk, FrameHead, TAG_BYTES } from "../../src/vault/format/layout.ts";
import { FRAME_MAGIC } from "../../src/vault/format/magic.ts";
import { digestFromName, packName } from "../../src/vault/format/object-names.ts";
import { encodePackEnd } from "../../src/vault/packs/pack-footer.ts";
import { idOf } from "./id-of.ts";
import type { SyntheticIndex } from "./synthetic-index.ts";

/** Heads and footers of packs that were never written, sealed when they are asked for; between them there is nothing. */
export class SyntheticPacks {
  readonly #index: SyntheticIndex;
  readonly #header: Uint8Array;
  readonly #footerKey: Uint8Array;

  constructor(index: SyntheticIndex, keys: VaultKeys) {
    const session = newSessionKeys(keys, systemEntropy);
    this.#index = index;
    this.#header = envelopeHeader(keys, session, CONTENT.dataPack);
    this.#footerKey = session.footerKey;
  }

  /** Undefined when it is none of these. The caller owns the bytes. */
  read(
    object: string,
    options: { readonly offset?: number | undefined; readonly length?: number | undefined },
  ): Uint8Array | undefined {
    const pack = this.#numberOf(object);
    if (pack === undefined) return undefined;
    const { packBytes } = this.#index;
    const { offset = 0, length = packBytes - offset } = options;
    const bytes = new Uint8Array(length);
    if (offset < this.#header.length) bytes.set(this.#header.subarray(offset, offset + length));
    const end = this.#end(pack);
    const from = packBytes - end.length;
    if (offset <= from && offset + length > from)
      bytes.set(end.subarray(0, offset + length - from), from - offset);
    else if (offset > from) bytes.set(end.subarray(offset - from, offset - from + length));
    return bytes;
  }

  #numberOf(object: string): number | undefined {
    const digest = digestFromName(object);
    if (digest === undefined || packName(digest) !== object) return undefined;
    const pack = this.#index.packNear(digest);
    return Buffer.compare(this.#index.packDigest(pack), digest) === 0 ? pack : undefined;
  }

  #end(pack: number): Uint8Array {
    const { firstFrame, frameCount } = this.#index.packFrames(pack);
    const frames = Array.from({ length: frameCount }, (_, i) => ({
      offset: this.#index.frame(firstFrame + i).offset,
      clear: this.#clear(firstFrame + i, i),
    }));
    return encodePackEnd(frames, this.#header, this.#footerKey);
  }

  #clear(frame: number, number: number): Uint8Array {
    const { chunksAFrame, chunkBytes, frames } = this.#index;
    const clearBytes = FrameHead.sizeBytes + FrameChunk.sizeBytes * chunksAFrame;
    const head = FrameHead.encode({
      magic: FRAME_MAGIC,
      chunkCount: chunksAFrame,
      number: BigInt(number),
      plainBytes: chunksAFrame * chunkBytes,
      packedBytes: this.#index.frame(frame).sealedBytes - clearBytes - TAG_BYTES,
      compression: COMPRESSION.zstd,
    });
    const chunks = Array.from({ length: chunksAFrame }, (_, k) => {
      const id = new Uint8Array(32);
      idOf(this.#index, frame + k * frames, id);
      return FrameChunk.encode({ id, plainBytes: chunkBytes });
    });
    return Buffer.concat([head, ...chunks]);
  }
}
