import { copyNative } from "../native-library.ts";
import type { SspiBuffer, SspiBuffers, SspiFunctions } from "./sspi-functions.ts";

/** Kinds of buffers (sspi.h). */
export const SSPI_DATA = 1;
export const SSPI_TOKEN = 2;
export const SSPI_CHANNEL_BINDINGS = 14;

/** What goes into a buffer: bytes that SSPI may write into, or nothing, for SSPI to allocate. */
export interface SspiPart {
  readonly kind: number;
  readonly bytes: Uint8Array | null;
}

/** SecBuffers in memory of ours, with what they point to, for as long as this object is held. */
export class SspiMessage {
  readonly descriptor: SspiBuffers;
  readonly #functions: SspiFunctions;
  readonly #parts: readonly SspiPart[];
  readonly #memory: Uint8Array;

  constructor(functions: SspiFunctions, parts: readonly SspiPart[]) {
    const { koffi, structures } = functions;
    this.#functions = functions;
    this.#parts = parts;
    this.#memory = new Uint8Array(structures.buffer.size * parts.length);
    this.descriptor = { version: 0, count: parts.length, buffers: this.#memory };
    for (const [index, { kind, bytes }] of parts.entries()) {
      koffi.encode(this.#memory, index * structures.buffer.size, structures.buffer, {
        lengthBytes: bytes?.length ?? 0,
        kind,
        bytes: bytes === null ? null : koffi.address(bytes),
      });
    }
  }

  /** What stands in one of our own buffers after the call, as long as SSPI says now; a view. */
  written(index: number): Uint8Array {
    return this.#parts[index]?.bytes?.subarray(0, this.#read(index).lengthBytes) ?? new Uint8Array();
  }

  /** A copy of what SSPI allocated, which is released. */
  take(index: number): Uint8Array {
    const { bytes, lengthBytes } = this.#read(index);
    if (bytes === null) return new Uint8Array();
    try {
      return copyNative(this.#functions.koffi, bytes, lengthBytes);
    } finally {
      this.#functions.freeContextBuffer(bytes);
    }
  }

  #read(index: number): SspiBuffer {
    const { koffi, structures } = this.#functions;
    return koffi.decode(this.#memory, index * structures.buffer.size, structures.buffer) as SspiBuffer;
  }
}
