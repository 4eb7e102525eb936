import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { hexFromBytes } from "../../src/base/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";
import { SealedHeader } from "../../src/vault/format/layout.ts";
import { parseFrameClear } from "../../src/vault/packs/frame-clear.ts";

/** Remembers each frame's number with its session: one that comes again with other bytes would repeat a nonce. */
export class NonceGuard extends MemoryStorage {
  readonly #frames = new Map<string, string>();
  frames = 0;

  override async put(name: string, parts: readonly Uint8Array[]): Promise<void> {
    if (name.startsWith("packs/")) this.#note(Buffer.concat(parts));
    await super.put(name, parts);
  }

  #note(pack: Uint8Array): void {
    const { session } = SealedHeader.decode(pack);
    for (let at = SealedHeader.sizeBytes; ; ) {
      const frame = parseFrameClear(pack, at);
      if (frame === undefined) return;
      this.frames++;
      const key = `${hexFromBytes(session)} ${frame.number}`;
      const digest = hash("sha256", pack.subarray(at, at + frame.sealedBytes));
      assert.equal(this.#frames.get(key) ?? digest, digest, `frame ${key} was sealed twice`);
      this.#frames.set(key, digest);
      at += frame.sealedBytes;
    }
  }
}
