/** Crockford's base 32: no letter that is taken for another. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP = 6;

/** The number in that many digits, the most significant first, in groups of six. */
export function crockfordText(value: bigint, digits: number): string {
  let text = "";
  for (let rest = value, i = 0; i < digits; i++, rest >>= 5n) text = ALPHABET[Number(rest & 31n)] + text;
  return text.replace(new RegExp(`.{${GROUP}}(?=.)`, "g"), "$&-");
}

/** The number, as people type it: case, spaces and hyphens do not matter, O is 0, I and L are 1; undefined for anything else. */
export function crockfordValue(text: string, digits: number): bigint | undefined {
  const typed = text.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  if (typed.length !== digits) return undefined;
  let value = 0n;
  for (const digit of typed) {
    const worth = ALPHABET.indexOf(digit);
    if (worth < 0) return undefined;
    value = (value << 5n) | BigInt(worth);
  }
  return value;
}

export function integerOf(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** That many bytes, the most significant first. */
export function bytesOf(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 255n));
}
