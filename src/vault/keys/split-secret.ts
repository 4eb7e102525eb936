import type { Entropy } from "../../base/index.ts";

/** One of the points through which the polynomial goes: its place, 1 to 255, and a byte for each of the secret's. */
export interface SecretPart {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** x^8 + x^4 + x^3 + x^2 + 1, of which x is a generator: docs/vault-format.md 3.1. */
const FIELD = 0x11d;
const ORDER = 255;
const [EXP, LOG] = tables();

/**
 * Shamir's split: any `needed` of the parts give the secret back, and fewer say nothing of it. Each byte is the value at 0 of a
 * polynomial of its own over GF(2^8).
 */
export function splitSecret(
  secret: Uint8Array,
  split: { readonly shares: number; readonly needed: number; readonly entropy: Entropy },
): readonly SecretPart[] {
  const { shares, needed, entropy } = split;
  if (needed < 1 || needed > shares || shares > ORDER)
    throw new TypeError(`No split: ${needed} of ${shares}`);
  const coefficients = [secret];
  while (coefficients.length < needed) coefficients.push(entropy.bytes(secret.length));
  return Array.from({ length: shares }, (_, i) => {
    const at = i + 1;
    const bytes = secret.map((_byte, k) =>
      coefficients.reduceRight((sum, each) => times(sum, at) ^ (each[k] as number), 0),
    );
    return { at, bytes };
  });
}

/** The secret, from as many parts as are needed, all of different places. From fewer, or other ones, comes something else. */
export function joinSecret(parts: readonly SecretPart[]): Uint8Array {
  const secret = new Uint8Array(parts[0]?.bytes.length ?? 0);
  for (const { at, bytes } of parts) {
    let weight = 1;
    for (const other of parts) if (other.at !== at) weight = times(weight, over(other.at, other.at ^ at));
    for (const [k, byte] of bytes.entries()) secret[k] = (secret[k] as number) ^ times(weight, byte);
  }
  return secret;
}

function times(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return EXP[((LOG[a] as number) + (LOG[b] as number)) % ORDER] as number;
}

function over(a: number, b: number): number {
  if (b === 0) throw new TypeError("Two parts of a secret have one place");
  return a === 0 ? 0 : (EXP[((LOG[a] as number) + ORDER - (LOG[b] as number)) % ORDER] as number);
}

function tables(): readonly [Uint8Array, Uint8Array] {
  const [exp, log] = [new Uint8Array(ORDER), new Uint8Array(ORDER + 1)];
  for (let power = 0, value = 1; power < ORDER; power++) {
    exp[power] = value;
    log[value] = power;
    value <<= 1;
    if (value > ORDER) value ^= FIELD;
  }
  return [exp, log];
}
