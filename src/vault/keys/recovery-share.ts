import { hash } from "node:crypto";
import { RecoveryShareBytes } from "../format/layout.ts";
import { bytesOf, crockfordText, crockfordValue, integerOf } from "./crockford.ts";

/** docs/vault-format.md 3.1: what one paper says. */
export interface RecoveryShare {
  /** The first 4 bytes of the vault's id. */
  readonly vault: Uint8Array;
  /** 2 random bytes that all shares of one split have. */
  readonly set: Uint8Array;
  /** 1 to `shares`. */
  readonly number: number;
  readonly needed: number;
  readonly shares: number;
  readonly part: Uint8Array;
}

const FORM = 1;
const DIGITS = 54;
const CHECK_BITS = 30n;

/** Nine groups of six characters, the last six of which are a checksum. */
export function formatRecoveryShare(share: RecoveryShare): string {
  const encoded = RecoveryShareBytes.encode({ form: FORM, ...share });
  return crockfordText((integerOf(encoded) << CHECK_BITS) | checkOf(encoded), DIGITS);
}

/** The share; `"slip"` for a line that has a share's form and a mistake in it, undefined when it has another form. */
export function parseRecoveryShare(line: string): RecoveryShare | "slip" | undefined {
  const value = crockfordValue(line, DIGITS);
  if (value === undefined) return undefined;
  const encoded = bytesOf(value >> CHECK_BITS, RecoveryShareBytes.sizeBytes);
  if (checkOf(encoded) !== (value & ((1n << CHECK_BITS) - 1n))) return "slip";
  const { form, ...share } = RecoveryShareBytes.decode(encoded);
  const isSound = share.number >= 1 && share.number <= share.shares && share.needed <= share.shares;
  return form === FORM && isSound && share.needed >= 1 ? share : "slip";
}

/** The first 30 bits of the SHA-256. */
function checkOf(encoded: Uint8Array): bigint {
  return integerOf(hash("sha256", encoded, "buffer").subarray(0, 4)) >> 2n;
}
