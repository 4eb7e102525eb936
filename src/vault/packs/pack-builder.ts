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

/** Gathers sealed frames; its name is computed while it grows. */
export class PackBuilder {
  readonly #header: Uint8Array;
  readonly #footerKey: Uint8Array;
  readonly #digest: Hash;
  readonly #parts: Uint8Array[];
  readonly #frames: FramePlace[] = [];
  readonly #footer: FooterFrame[] = [];
  #sizeBytes: number;

  constructor(seal: { readonly header: Uint8Array; readonly footerKey: Uint8Array }) {
    this.#header = seal.header;
    this.#footerKey = seal.footerKey;
    this.#parts = [seal.header];
    this.#sizeBytes = seal.header.length;
    this.#digest = createHash("sha256").update(seal.header);
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  get isFull(): boolean {
    return this.#sizeBytes >= PACK_BYTES;
  }

  /** The frame belongs to the pack from now on. */
  append(frame: Uint8Array): void {
    const clear = parseFrameClear(frame, 0);
    if (clear === undefined) throw new InternalError("Cannot append to a pack: that is no frame");
    const offset = this.#sizeBytes;
    this.#footer.push({ offset, clear: frame.subarray(0, clear.clearBytes) });
    this.#frames.push({ number: clear.number, offset, sealedBytes: frame.length, ids: clear.ids });
    this.#parts.push(frame);
    this.#digest.update(frame);
    this.#sizeBytes += frame.length;
  }

  finish(): FinishedPack {
    const end = encodePackEnd(this.#footer, this.#header, this.#footerKey);
    const digest = new Uint8Array(this.#digest.update(end).digest());
    return {
      contents: { digest, sizeBytes: this.#sizeBytes + end.length, frames: this.#frames },
      parts: [...this.#parts, end],
    };
  }
}
