import { hash } from "node:crypto";
import { type Entropy, Secret } from "../../base/index.ts";

/** Crockford's base 32: no letter that is taken for another. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const KEY_BYTES = 20;
const DIGITS = 36;
const GROUP = 6;
const CHECK_BITS = 20n;

/** 160 random bits, as six groups of six characters, the last four of which are a checksum: docs/vault-format.md 3. */
export function newRecoveryKey(entropy: Entropy): Secret {
  return new Secret(formatRecoveryKey(entropy.bytes(KEY_BYTES)));
}

/** The text for the 20 bytes of a recovery key. */
export function formatRecoveryKey(key: Uint8Array): string {
  let value = (toInteger(key) << CHECK_BITS) | checkOf(key);
  let digits = "";
  for (let i = 0; i < DIGITS; i++) {
    digits = (ALPHABET[Number(value & 31n)] as string) + digits;
    value >>= 5n;
  }
  return Array.from({ length: DIGITS / GROUP }, (_, i) => digits.slice(GROUP * i, GROUP * (i + 1))).join("-");
}

/** The 20 bytes of a recovery key, or undefined when the text is none or has a slip in it. */
export function parseRecoveryKey(text: string): Uint8Array | undefined {
  const digits = text.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  if (digits.length !== DIGITS) return undefined;
  let value = 0n;
  for (const digit of digits) {
    const worth = ALPHABET.indexOf(digit);
    if (worth < 0) return undefined;
    value = (value << 5n) | BigInt(worth);
  }
  const key = toBytes(value >> CHECK_BITS);
  return checkOf(key) === (value & ((1n << CHECK_BITS) - 1n)) ? key : undefined;
}

/** The first 20 bits of the SHA-256. */
function checkOf(key: Uint8Array): bigint {
  const digest = hash("sha256", key, "buffer");
  return toInteger(digest.subarray(0, 3)) >> 4n;
}

function toInteger(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function toBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: KEY_BYTES }, (_, i) =>
    Number((value >> BigInt(8 * (KEY_BYTES - 1 - i))) & 255n),
  );
}
