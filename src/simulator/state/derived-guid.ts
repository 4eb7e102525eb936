import { hexFromBytes } from "../../base/index.ts";

/** An id that stays the same for as long as owner and name do (FNV-1a, four times; not secret). */
export function derivedGuid(owner: string, name: string): string {
  const bytes = new Uint8Array(16);
  for (let part = 0; part < 4; part++) {
    let hash = 0x811c9dc5;
    for (const character of `${part}${owner}${name}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    }
    new DataView(bytes.buffer).setUint32(4 * part, hash);
  }
  const hex = hexFromBytes(bytes).toUpperCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
