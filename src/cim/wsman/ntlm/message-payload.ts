import { StructTruncatedError } from "../../../base/index.ts";
import { CimAnswerError } from "../../index.ts";
import { MessageHead, type PayloadPlace, SIGNATURE } from "./layout.ts";

/** @throws {CimAnswerError} when these bytes are no NTLM message of the wanted type. */
export function checkMessageType(bytes: Uint8Array, wanted: number): void {
  const head = decodeHead(bytes);
  if (head?.signature !== SIGNATURE || head.type !== wanted) {
    throw new CimAnswerError(`Cannot read an NTLM message of type ${wanted}: these bytes are none`);
  }
}

function decodeHead(bytes: Uint8Array): { readonly signature: string; readonly type: number } | undefined {
  return bytes.length < MessageHead.sizeBytes ? undefined : MessageHead.decode(bytes);
}

/** Decodes a structure of the other side's. @throws {CimAnswerError} when it is cut off. */
export function decodeWhole<T>(
  layout: { decode(bytes: Uint8Array, offset?: number): T },
  bytes: Uint8Array,
  offset = 0,
): T {
  try {
    return layout.decode(bytes, offset);
  } catch (error) {
    if (!(error instanceof StructTruncatedError)) throw error;
    throw new CimAnswerError(`Cannot read an NTLM message: ${error.message}`, { cause: error });
  }
}

/** A copy of one part of the payload. @throws {CimAnswerError} when it leads out of the message. */
export function payloadAt(bytes: Uint8Array, place: PayloadPlace): Uint8Array {
  if (place.offset + place.lengthBytes > bytes.length) {
    throw new CimAnswerError("Cannot read an NTLM message: a part of it lies behind its end");
  }
  return new Uint8Array(bytes.subarray(place.offset, place.offset + place.lengthBytes));
}

/** Lays parts one after the other from `offset` on. */
export class PayloadWriter {
  readonly #parts: Uint8Array[] = [];
  #offset: number;

  constructor(offset: number) {
    this.#offset = offset;
  }

  add(bytes: Uint8Array): PayloadPlace {
    const place = { lengthBytes: bytes.length, offset: this.#offset };
    this.#parts.push(bytes);
    this.#offset += bytes.length;
    return place;
  }

  /** The message: its head, then all parts. The caller owns the bytes. */
  finish(...head: readonly Uint8Array[]): Uint8Array {
    return new Uint8Array(Buffer.concat([...head, ...this.#parts]));
  }
}
