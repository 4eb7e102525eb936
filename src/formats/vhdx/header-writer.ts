import type { ByteStore } from "../../disk/index.ts";
import { sealChecksum } from "./checksum.ts";
import { currentHeader, readHeaderCopies } from "./file-header.ts";
import {
  HEADER_OFFSETS,
  HEADER_SIGNATURE,
  HEADER_VERSION,
  Header,
  type HeaderValue,
  LOG_VERSION,
} from "./layout.ts";
import { strictly } from "./tolerance.ts";
import { writeVerified } from "./verified-write.ts";
import { VhdxNotWritableError } from "./writer-errors.ts";

const LAST_SEQUENCE_NUMBER = 2n ** 64n - 1n;

/** The fields of the header that a session changes. */
export type HeaderChanges = Partial<Pick<HeaderValue, "fileWriteGuid" | "dataWriteGuid" | "logGuid">>;

/** Updates the two headers so that one of them is good at every instant. [MS-VHDX] 2.2.2.1 */
export class HeaderWriter {
  readonly #store: ByteStore;
  #current: HeaderValue;
  #currentIndex: number;

  private constructor(store: ByteStore, current: HeaderValue, currentIndex: number) {
    this.#store = store;
    this.#current = current;
    this.#currentIndex = currentIndex;
  }

  /** @throws {VhdxHeaderCorruptError} when neither header verifies. */
  static async open(store: ByteStore): Promise<HeaderWriter> {
    const copy = currentHeader(await readHeaderCopies(store), strictly());
    return new HeaderWriter(store, copy.value, copy.number - 1);
  }

  get current(): HeaderValue {
    return this.#current;
  }

  /** Makes everything written before durable, then both headers, one after the other. */
  async update(changes: HeaderChanges): Promise<void> {
    await this.#store.flush();
    await this.#writeOther(changes);
    // the second time, so that either header can be lost later without losing the change
    await this.#writeOther({});
  }

  async #writeOther(changes: HeaderChanges): Promise<void> {
    const sequenceNumber = this.#current.sequenceNumber + 1n;
    if (sequenceNumber > LAST_SEQUENCE_NUMBER)
      throw new VhdxNotWritableError("Cannot change the VHDX: its header's sequence numbers are used up");
    const value = { ...this.#current, ...changes, sequenceNumber, logVersion: LOG_VERSION };
    const index = 1 - this.#currentIndex;
    await writeVerified(this.#store, encodeHeader(value), HEADER_OFFSETS[index] as number);
    await this.#store.flush();
    this.#current = value;
    this.#currentIndex = index;
  }
}

/** The 4 KiB with a right checksum. */
export function encodeHeader(value: Omit<HeaderValue, "signature" | "checksum" | "version">): Uint8Array {
  const bytes = Header.encode({
    ...value,
    signature: HEADER_SIGNATURE,
    checksum: 0,
    version: HEADER_VERSION,
  });
  sealChecksum(bytes);
  return bytes;
}
