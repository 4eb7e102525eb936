/** How a text may stand in a file: each of these byte strings is one way. */
export function spellings(text: string): ReadonlyMap<string, Uint8Array> {
  const utf8 = Buffer.from(text, "utf8");
  const utf16 = Buffer.from(text, "utf16le");
  const ways = new Map<string, Uint8Array>([
    ["UTF-8", utf8],
    ["UTF-8, lower case", Buffer.from(text.toLowerCase(), "utf8")],
    ["UTF-8, upper case", Buffer.from(text.toUpperCase(), "utf8")],
    ["UTF-16LE", utf16],
    ["UTF-16BE", Buffer.from(utf16).swap16()],
    ["hexadecimal", Buffer.from(utf8.toString("hex"))],
    ["upper hexadecimal", Buffer.from(utf8.toString("hex").toUpperCase())],
    ["hexadecimal of UTF-16", Buffer.from(utf16.toString("hex"))],
  ]);
  for (const [name, bytes] of [
    ["UTF-8", utf8],
    ["UTF-16", utf16],
  ] as const) {
    for (const shift of [0, 1, 2]) ways.set(`base64 of ${name}, ${shift} behind`, inBase64(bytes, shift));
  }
  return ways;
}

/** The digits that are the same whatever stands before and behind. */
function inBase64(bytes: Uint8Array, shift: number): Uint8Array {
  const digits = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  return Buffer.from(digits.slice(first, last));
}
