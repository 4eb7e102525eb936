import { hash } from "node:crypto";
import { type Entropy, Secret } from "../../base/index.ts";
import { bytesOf, crockfordText, crockfordValue, integerOf } from "./crockford.ts";

/** Length of a recovery key. */
export const RECOVERY_KEY_BYTES = 20;
const DIGITS = 36;
const CHECK_BITS = 20n;

/** 160 random bits, as six groups of six characters, the last four of which are a checksum: docs/vault-format.md 3. */
export function newRecoveryKey(entropy: Entropy): Secret {
  return new Secret(formatRecoveryKey(entropy.bytes(RECOVERY_KEY_BYTES)));
}

/** The text for the 20 bytes of a recovery key. */
export function formatRecoveryKey(key: Uint8Array): string {
  return crockfordText((integerOf(key) << CHECK_BITS) | checkOf(key), DIGITS);
}

/** The 20 bytes of a recovery key, or undefined when the text is none or has a slip in it. */
export function parseRecoveryKey(text: string): Uint8Array | undefined {
  const value = crockfordValue(text, DIGITS);
  if (value === undefined) return undefined;
  const key = bytesOf(value >> CHECK_BITS, RECOVERY_KEY_BYTES);
  return checkOf(key) === (value & ((1n << CHECK_BITS) - 1n)) ? key : undefined;
}

/** The first 20 bits of the SHA-256. */
function checkOf(key: Uint8Array): bigint {
  const digest = hash("sha256", key, "buffer");
  return integerOf(digest.subarray(0, 3)) >> 4n;
}
