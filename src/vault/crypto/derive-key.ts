import { hkdfSync } from "node:crypto";
import { HASH_BYTES } from "../format/layout.ts";

export interface Derivation {
  /** What the key is for: docs/vault-format.md 3. */
  readonly purpose: string;
  /** The vault's id, or the session's. */
  readonly salt: Uint8Array;
  /** What the table adds to the purpose. */
  readonly further?: Uint8Array;
}

/** A key of 32 bytes for one purpose: docs/vault-format.md 3. The caller owns it. */
export function deriveKey(material: Uint8Array, derivation: Derivation): Uint8Array {
  const info = Buffer.concat([
    Buffer.from(`stillpoint/1/${derivation.purpose}`, "ascii"),
    derivation.further ?? new Uint8Array(0),
  ]);
  return new Uint8Array(hkdfSync("sha256", material, derivation.salt, info, HASH_BYTES));
}
