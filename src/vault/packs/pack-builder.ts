import { createHash, type Hash } from "node:crypto";
import { InternalError } from "../../base/index.ts";
import { PACK_BYTES } from "../format/layout.ts";
import { parseFrameClear } from "./frame-clear.ts";
import type { FramePlace, PackContents } from "./pack-contents.ts";
import { encodePackEnd, type FooterFrame } from "./pack-footer.ts";

/** Room for the frames of a pack, with the one that fills it. */
export const PACK_BUFFER_BYTES: number = PACK_BYTES + 1024 * 1024;

/** What a pack is, once no frame comes any more. */
export interface FinishedPack {
  readonly contents: PackContents;
  /** Its last bytes, behind the frames. */
  readonly end: Uint8Array;
}

/**
 * Says where frames stand in a pack, and what it ends with; its name is computed while it grows. The bytes are kept by whoever
 * builds it.
 */
export class PackBuilder {
  readonly #header: Uint8Array;
  readonly #footerKey: Uint8Array;
  readonly #digest: Hash;
  readonly #frames: FramePlace[] = [];
  readonly #footer: FooterFrame[] = [];
  #sizeBytes: number;

  constructor(seal: { readonly header: Uint8Array; readonly footerKey: Uint8Array }) {
    this.#header = seal.header;
    this.#footerKey = seal.footerKey;
    this.#sizeBytes = seal.header.length;
    this.#digest = createHash("sha256").update(seal.header);
  }

  get isFull(): boolean {
    return this.#sizeBytes >= PACK_BYTES;
  }

  /** Gives the offset at which the frame stands. */
  append(frame: Uint8Array): number {
    const clear = parseFrameClear(frame, 0);
    if (clear === undefined) throw new InternalError("Cannot append to a pack: that is no frame");
    const offset = this.#sizeBytes;
    this.#footer.push({ offset, clear: frame.slice(0, clear.clearBytes) });
    this.#frames.push({ number: clear.number, offset, sealedBytes: frame.length, ids: clear.ids });
    this.#digest.update(frame);
    this.#sizeBytes += frame.length;
    return offset;
  }

  finish(): FinishedPack {
    const end = encodePackEnd(this.#footer, this.#header, this.#footerKey);
    const digest = new Uint8Array(this.#digest.update(end).digest());
    const sizeBytes = this.#sizeBytes + end.length;
    return { contents: { digest, sizeBytes, frames: this.#frames }, end };
  }
}
