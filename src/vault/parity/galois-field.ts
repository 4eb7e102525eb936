/** x^8 + x^4 + x^3 + x^2 + 1, of which x is a generator: the field of docs/vault-format.md 3.1 and 6.1. */
const FIELD = 0x11d;
const ORDER = 255;
const EXP = powers();
const LOG = logarithms();

/** x to that power. */
export function power(exponent: number): number {
  return EXP[exponent % ORDER] as number;
}

/** @throws {TypeError} for 0, which has none */
export function inverse(value: number): number {
  if (value === 0) throw new TypeError("0 has no inverse");
  return EXP[(ORDER - (LOG[value] as number)) % ORDER] as number;
}

export function times(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return EXP[((LOG[a] as number) + (LOG[b] as number)) % ORDER] as number;
}

/** What each byte is, `factor` times. */
export function timesTable(factor: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => times(factor, value));
}

function powers(): Uint8Array {
  const exp = new Uint8Array(ORDER);
  for (let exponent = 0, value = 1; exponent < ORDER; exponent++) {
    exp[exponent] = value;
    value <<= 1;
    if (value > ORDER) value ^= FIELD;
  }
  return exp;
}

function logarithms(): Uint8Array {
  const log = new Uint8Array(ORDER + 1);
  for (const [exponent, value] of EXP.entries()) log[value] = exponent;
  return log;
}
