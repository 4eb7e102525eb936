import { HostBridgeError } from "../errors.ts";

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = "\r";

/** Bytes as they come, lines as they end. Holds one unfinished line at the most, up to a bound. No I/O. */
export class LineSplitter {
  readonly #limitBytes: number;
  #parts: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The lines that these bytes end, without their ends. @throws {HostBridgeError} for one that is too long or not UTF-8 */
  *push(bytes: Uint8Array): Generator<string> {
    let left = bytes;
    for (let end = left.indexOf(NEWLINE); end >= 0; end = left.indexOf(NEWLINE)) {
      this.#hold(left.subarray(0, end));
      left = left.subarray(end + 1);
      yield this.#take();
    }
    if (left.length > 0) this.#hold(left.slice()); // the stream may use its buffer again
  }

  #hold(part: Uint8Array): void {
    this.#heldBytes += part.length;
    if (this.#heldBytes > this.#limitBytes) {
      throw new HostBridgeError(
        `Cannot take an answer of Windows PowerShell: it is longer than ${this.#limitBytes} bytes`,
        { reason: "overlong" },
      );
    }
    this.#parts.push(part);
  }

  #take(): string {
    const line = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#heldBytes = 0;
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
      return text.endsWith(CARRIAGE_RETURN) ? text.slice(0, -1) : text;
    } catch (error) {
      throw new HostBridgeError("Cannot read an answer of Windows PowerShell: it is not UTF-8", {
        reason: "garbled",
        cause: error,
      });
    }
  }
}
