const SIZE = 256;

/**
 * The RC4 stream cipher, which NTLM seals with and OpenSSL no longer has. One instance is one stream: each call goes on
 * where the last one ended.
 */
export class Rc4 {
  readonly #state = Uint8Array.from({ length: SIZE }, (_, i) => i);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    for (let i = 0, j = 0; i < SIZE; i++) {
      j = (j + this.#at(i) + (key[i % key.length] as number)) % SIZE;
      this.#swap(i, j);
    }
  }

  /** Seals and opens alike. The caller owns the result. */
  apply(bytes: Uint8Array): Uint8Array {
    const result = new Uint8Array(bytes.length);
    for (let n = 0; n < bytes.length; n++) {
      this.#i = (this.#i + 1) % SIZE;
      this.#j = (this.#j + this.#at(this.#i)) % SIZE;
      this.#swap(this.#i, this.#j);
      result[n] = (bytes[n] as number) ^ this.#at((this.#at(this.#i) + this.#at(this.#j)) % SIZE);
    }
    return result;
  }

  #at(index: number): number {
    return this.#state[index] as number;
  }

  #swap(i: number, j: number): void {
    const kept = this.#at(i);
    this.#state[i] = this.#at(j);
    this.#state[j] = kept;
  }
}
