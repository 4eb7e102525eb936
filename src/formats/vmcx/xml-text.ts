import { XmlConfigurationError } from "./errors.ts";

/** What the first bytes of a file say about its text; longer marks first. */
const MARKS: readonly { readonly bytes: readonly number[]; readonly encoding: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: "utf-8" },
  { bytes: [0xff, 0xfe], encoding: "utf-16le" },
  { bytes: [0xfe, 0xff], encoding: "utf-16be" },
  { bytes: [0x3c, 0x00], encoding: "utf-16le" },
  { bytes: [0x00, 0x3c], encoding: "utf-16be" },
];

/**
 * The text of an XML file, by its bytes: the declaration is not asked, since it says UTF-16 in files that somebody saved
 * as ASCII. Without a mark and without a zero beside the first `<` it is UTF-8. @throws {XmlConfigurationError}
 */
export function decodeXmlText(bytes: Uint8Array): string {
  const mark = MARKS.find((each) => each.bytes.every((byte, at) => bytes[at] === byte));
  const encoding = mark?.encoding ?? "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new XmlConfigurationError(`its bytes are not ${encoding.toUpperCase()}`, { cause });
  }
}
