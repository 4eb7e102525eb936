import { ParentLocatorEntry, ParentLocatorHeader, VHDX_LOCATOR_TYPE } from "./layout.ts";

/** Lengths are 16 bits; the longest path of Windows has 32,767 characters and fits. */
const LONGEST_TEXT_BYTES = 0xffff;

/** The bytes of a parent locator item with these keys and values, in their order. [MS-VHDX] 2.2.6.2.6 */
export function encodeParentLocator(entries: ReadonlyMap<string, string>): Uint8Array {
  const texts: Uint8Array[] = [];
  let end = ParentLocatorHeader.sizeBytes + entries.size * ParentLocatorEntry.sizeBytes;
  const place = (text: string): { offset: number; length: number } => {
    const bytes = utf16(text);
    if (bytes.length > LONGEST_TEXT_BYTES)
      throw new TypeError(`A text of ${bytes.length} bytes in a locator`);
    texts.push(bytes);
    end += bytes.length;
    return { offset: end - bytes.length, length: bytes.length };
  };
  const table = [...entries].map(([keyText, valueText]) => {
    const key = place(keyText);
    const value = place(valueText);
    return ParentLocatorEntry.encode({
      keyOffset: key.offset,
      valueOffset: value.offset,
      keyLength: key.length,
      valueLength: value.length,
    });
  });
  const header = ParentLocatorHeader.encode({ locatorType: VHDX_LOCATOR_TYPE, keyValueCount: entries.size });
  const item = new Uint8Array(end);
  let at = 0;
  for (const part of [header, ...table, ...texts]) {
    item.set(part, at);
    at += part.length;
  }
  return item;
}

/** Little-endian, without a terminator. */
export function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return bytes;
}
