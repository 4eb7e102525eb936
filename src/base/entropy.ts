/** The only source of randomness. Tests inject a seeded one and print its seed. */
export interface Entropy {
  /** Fresh bytes; the caller owns them. */
  bytes(length: number): Uint8Array;
}

const LARGEST_DRAW = 65_536; // what one call of Web Crypto gives at most

/** The operating system's generator, through Web Crypto. */
export const systemEntropy: Entropy = {
  bytes(length) {
    const result = new Uint8Array(length);
    for (let at = 0; at < length; at += LARGEST_DRAW) {
      globalThis.crypto.getRandomValues(result.subarray(at, Math.min(length, at + LARGEST_DRAW)));
    }
    return result;
  },
};
