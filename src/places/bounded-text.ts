import type { Readable } from "node:stream";

/** What a program says, up to a bound: the rest is read and dropped, so that the program never waits for us. */
export class BoundedText {
  readonly #parts: Uint8Array[] = [];
  #left: number;
  #droppedBytes = 0;

  constructor(stream: Readable, limitBytes: number) {
    this.#left = limitBytes;
    stream.on("data", (part: Uint8Array) => {
      const kept = part.subarray(0, this.#left);
      this.#left -= kept.length;
      this.#droppedBytes += part.length - kept.length;
      if (kept.length > 0) this.#parts.push(kept);
    });
  }

  /** UTF-8; what is none becomes a replacement character. A last line says how much is missing. */
  toString(): string {
    const text = Buffer.concat(this.#parts).toString("utf8");
    return this.#droppedBytes === 0 ? text : `${text}\n[${this.#droppedBytes} more bytes were not kept]\n`;
  }
}
