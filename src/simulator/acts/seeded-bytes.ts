const WORD_BYTES = 4;

/** The same seed gives the same bytes on every machine (xorshift32 of George Marsaglia); for content, not for secrets. */
export function seededBytes(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(length / WORD_BYTES) * WORD_BYTES);
  const words = new Uint32Array(bytes.buffer);
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1) >>> 0;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return bytes.subarray(0, length);
}
