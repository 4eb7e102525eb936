import type { Storage } from "../../storage/index.ts";
import { packName, parityName } from "../format/object-names.ts";
import { type FinishedPack, PACK_BUFFER_BYTES } from "../packs/pack-builder.ts";
import type { Engine } from "../pipeline/engine.ts";
import type { PackBody } from "./pack-body.ts";
import { putOnce } from "./put-once.ts";

export interface MemoryBodyOptions {
  readonly storage: Storage;
  readonly engine: Pick<Engine, "packBuffers"> & Partial<Pick<Engine, "sidecars">>;
  readonly header: Uint8Array;
  /** Whether many frames are expected. */
  readonly isLarge: boolean;
}

/** Packs of few frames begin small, and grow. */
const SMALL_BUFFER_BYTES = 1024 * 1024;

/** A pack that is put whole, from memory, with the sidecar that the vault may want of it. */
export class MemoryBody implements PackBody {
  readonly #options: MemoryBodyOptions;
  readonly #pooled: Uint8Array | undefined;
  #buffer: Uint8Array;
  #sizeBytes: number;

  constructor(options: MemoryBodyOptions) {
    const { engine, header, isLarge } = options;
    this.#options = options;
    this.#pooled = isLarge ? engine.packBuffers.takeFree() : undefined;
    this.#buffer = this.#pooled ?? new Uint8Array(isLarge ? PACK_BUFFER_BYTES : SMALL_BUFFER_BYTES);
    this.#buffer.set(header);
    this.#sizeBytes = header.length;
  }

  async write(frame: Uint8Array, offset: number): Promise<void> {
    this.#reserve(offset + frame.length);
    this.#buffer.set(frame, offset);
    this.#sizeBytes = Math.max(this.#sizeBytes, offset + frame.length);
  }

  async put({ contents, end }: FinishedPack): Promise<void> {
    const { storage, engine } = this.#options;
    const name = packName(contents.digest);
    const parts = [this.#buffer.subarray(0, this.#sizeBytes), end];
    try {
      await putOnce(storage, name, parts);
      const sidecar = await engine.sidecars?.make(parts, contents.digest);
      if (sidecar !== undefined) await putOnce(storage, parityName(name), [sidecar]);
    } finally {
      await this.discard();
    }
  }

  async discard(): Promise<void> {
    if (this.#pooled !== undefined) this.#options.engine.packBuffers.put(this.#pooled);
  }

  /** The buffer was a small one, or a frame of very many very small chunks does not fit the usual one. */
  #reserve(end: number): void {
    if (end <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(end, Math.min(2 * this.#buffer.length, PACK_BUFFER_BYTES)));
    larger.set(this.#buffer.subarray(0, this.#sizeBytes));
    this.#buffer = larger;
  }
}
