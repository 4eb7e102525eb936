import type { Entropy } from "../entropy.ts";

/** The same seed gives the same bytes on every machine. Not for anything but tests and demonstrations. */
export class SeededEntropy implements Entropy {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 255);
  }

  /** 32 random bits, by the generator "mulberry32" of Tommy Ettinger. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A whole number from 0 up to, and without, the bound. */
  below(bound: number): number {
    return Math.floor((this.next() / 4294967296) * bound);
  }
}
