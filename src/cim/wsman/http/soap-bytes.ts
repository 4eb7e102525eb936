import { CimAnswerError } from "../../index.ts";

export const SOAP_CONTENT_TYPE = "application/soap+xml;charset=UTF-8";

/** The charset of a content type; UTF-8 where it names none. */
export function charsetOf(contentType: string): string {
  return /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? "UTF-8";
}

/** [MS-WSMV] 2.2.9.1.1.2.1 knows UTF-8 and UTF-16. @throws {CimAnswerError} when the bytes are no such text */
export function decodeSoapBytes(bytes: Uint8Array, charset: string): string {
  const encoding = /^utf-?16/i.test(charset) ? utf16Order(bytes) : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CimAnswerError(`Cannot read an envelope: its bytes are no ${encoding}`, { cause: error });
  }
}

/** By its mark or, as XML 1.0 F.1 has it, by the half of the first character that is nothing (`wsman-utf16`). */
function utf16Order([first, second]: Uint8Array): "utf-16be" | "utf-16le" {
  return first === 0 || (first === 0xfe && second === 0xff) ? "utf-16be" : "utf-16le";
}
