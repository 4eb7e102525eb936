import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { aeadOpen, aeadSeal } from "../../crypto/aead.ts";
import { deriveKey } from "../../crypto/derive-key.ts";
import type { VaultKeys } from "../../crypto/vault-keys.ts";
import { TAG_BYTES } from "../../format/layout.ts";
import type { PointDigest } from "../point-digest.ts";
import { DIGESTS_MAGIC, DIGESTS_VERSION, DigestPageHead, DigestsHead } from "./layout.ts";

/** No page that is longer is one of ours. */
export const LARGEST_PAGE: number = 1 << 24;
const NONCE_BYTES = 12;

/** The pages of one file: each is bound to its number and to the file, and nobody without the vault's keys makes or reads one. */
export class DigestPages {
  /** The file's first bytes. */
  readonly head: Uint8Array;
  readonly #key: Uint8Array;

  private constructor(head: Uint8Array, seed: Uint8Array, keys: Pick<VaultKeys, "localKey" | "vaultBytes">) {
    this.head = head;
    this.#key = deriveKey(keys.localKey, { purpose: "points", salt: keys.vaultBytes, further: seed });
  }

  /** Of a new file; the seed (32 bytes) is random. */
  static begin(seed: Uint8Array, keys: Pick<VaultKeys, "localKey" | "vaultBytes">): DigestPages {
    const head = DigestsHead.encode({ magic: DIGESTS_MAGIC, version: DIGESTS_VERSION, seed });
    return new DigestPages(head, seed, keys);
  }

  /** Undefined for what is no such file, or of another version. */
  static of(head: Uint8Array, keys: Pick<VaultKeys, "localKey" | "vaultBytes">): DigestPages | undefined {
    if (head.length < DigestsHead.sizeBytes) return undefined;
    const { magic, version, seed } = DigestsHead.decode(head);
    const isOurs = Buffer.compare(magic, DIGESTS_MAGIC) === 0 && version === DIGESTS_VERSION;
    return isOurs ? new DigestPages(head, seed, keys) : undefined;
  }

  /** A page's bytes, its head with them. */
  seal(digests: readonly PointDigest[], number: number): readonly Uint8Array[] {
    const plain = new TextEncoder().encode(JSON.stringify(digests));
    const packed = zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
    const head = DigestPageHead.encode({ plainBytes: plain.length, sealedBytes: packed.length });
    const { sealed, tag } = aeadSeal(packed, this.#context(head, number));
    return [head, sealed, tag];
  }

  /** Undefined when it is not what was written as this page of this file. */
  open(head: Uint8Array, sealed: Uint8Array, number: number): readonly PointDigest[] | undefined {
    const end = sealed.length - TAG_BYTES;
    if (end < 0) return undefined;
    const packed = aeadOpen(sealed.subarray(0, end), sealed.subarray(end), this.#context(head, number));
    if (packed === undefined) return undefined;
    const { plainBytes } = DigestPageHead.decode(head);
    const plain = zstdDecompressSync(packed, { maxOutputLength: Math.max(1, plainBytes) });
    return JSON.parse(new TextDecoder().decode(plain)) as readonly PointDigest[];
  }

  #context(pageHead: Uint8Array, number: number): Parameters<typeof aeadSeal>[1] {
    const nonce = new Uint8Array(NONCE_BYTES);
    new DataView(nonce.buffer).setUint32(0, number, true);
    return { key: this.#key, nonce, bound: [this.head, pageHead] };
  }
}
