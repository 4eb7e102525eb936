/** A list of unsigned 32-bit numbers that takes four bytes each. */
export class GrowingWords {
  #words = new Uint32Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(word: number): void {
    if (this.#length === this.#words.length) {
      const larger = new Uint32Array(Math.ceil(1.5 * this.#words.length));
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.#length++] = word;
  }

  /** Adds to a number that is there. */
  increase(position: number, by: number): void {
    this.#words[position] = this.at(position) + by;
  }

  at(position: number): number {
    if (position >= this.#length) throw new RangeError(`no word ${position}: there are ${this.#length}`);
    return this.#words[position] as number;
  }
}
