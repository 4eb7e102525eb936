import { createHash, type Hash } from "node:crypto";
import { InternalError } from "../../base/index.ts";
import { PACK_BYTES } from "../format/layout.ts";
import { parseFrameClear } from "./frame-clear.ts";
import type { FramePlace, PackContents } from "./pack-contents.ts";
import { encodePackEnd, type FooterFrame } from "./pack-footer.ts";

/** A pack that is ready to be put. */
export interface FinishedPack {
  readonly contents: PackContents;
  /** Together the pack's bytes. */
  readonly parts: readonly Uint8Array[];
}

/** Room for the frame that fills a pack. */
export const PACK_BUFFER_BYTES: number = PACK_BYTES + 1024 * 1024;

/** Gathers sealed frames; its name is computed while it grows. */
export class PackBuilder {
  readonly #header: Uint8Array;
  readonly #footerKey: Uint8Array;
  readonly #digest: Hash;
  readonly #frames: FramePlace[] = [];
  readonly #footer: FooterFrame[] = [];
  #buffer: Uint8Array;
  #sizeBytes: number;

  /** The buffer is the builder's until the pack has been put. */
  constructor(seal: { readonly header: Uint8Array; readonly footerKey: Uint8Array }, buffer: Uint8Array) {
    this.#header = seal.header;
    this.#footerKey = seal.footerKey;
    this.#buffer = buffer;
    this.#buffer.set(seal.header);
    this.#sizeBytes = seal.header.length;
    this.#digest = createHash("sha256").update(seal.header);
  }

  get isFull(): boolean {
    return this.#sizeBytes >= PACK_BYTES;
  }

  /** Copies the frame. */
  append(frame: Uint8Array): void {
    const clear = parseFrameClear(frame, 0);
    if (clear === undefined) throw new InternalError("Cannot append to a pack: that is no frame");
    const offset = this.#sizeBytes;
    const end = offset + frame.length;
    this.#reserve(end);
    this.#buffer.set(frame, offset);
    this.#footer.push({ offset, clear: this.#buffer.subarray(offset, offset + clear.clearBytes) });
    this.#frames.push({ number: clear.number, offset, sealedBytes: frame.length, ids: clear.ids });
    this.#digest.update(this.#buffer.subarray(offset, end));
    this.#sizeBytes = end;
  }

  finish(): FinishedPack {
    const end = encodePackEnd(this.#footer, this.#header, this.#footerKey);
    const digest = new Uint8Array(this.#digest.update(end).digest());
    return {
      contents: { digest, sizeBytes: this.#sizeBytes + end.length, frames: this.#frames },
      parts: [this.#buffer.subarray(0, this.#sizeBytes), end],
    };
  }

  /** The buffer was a small one, or a frame of very many very small chunks does not fit the usual one. */
  #reserve(end: number): void {
    if (end <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(end, Math.min(2 * this.#buffer.length, PACK_BUFFER_BYTES)));
    larger.set(this.#buffer.subarray(0, this.#sizeBytes));
    this.#buffer = larger;
  }
}
