const KEY_BYTES = 13;

/** The first 104 bits of an id, as a short text for maps. */
export function digestKey(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, KEY_BYTES).toString("latin1");
}
