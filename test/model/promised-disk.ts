import assert from "node:assert/strict";
import type { SeededEntropy } from "../../src/base/testing/index.ts";
import type { RestorePoint, StoredFile, Vault } from "../../src/vault/index.ts";
import { bringBack, someBytes } from "../../src/vault/testing/index.ts";

const DISK_BYTES = 120_000;

interface Promised {
  readonly point: RestorePoint;
  readonly bytes: Uint8Array;
}

/** A disk that a guest writes to, its restore points that programs promised, and which of these somebody removed. */
export class PromisedDisk {
  readonly #random: SeededEntropy;
  readonly #disk: Uint8Array;
  readonly #promised = new Map<string, Promised>();
  readonly #removed = new Set<string>();

  constructor(seed: number, random: SeededEntropy) {
    this.#random = random;
    this.#disk = someBytes(seed, DISK_BYTES);
  }

  /** What the guest has written now: the caller's own. */
  write({ places, longest }: { readonly places: number; readonly longest: number }): Uint8Array {
    for (let i = 0; i < places; i++) {
      const at = this.#random.below(this.#disk.length - longest);
      this.#disk.set(this.#random.bytes(1 + this.#random.below(longest)), at);
    }
    return this.#disk.slice();
  }

  promise(point: RestorePoint, bytes: Uint8Array): void {
    this.#promised.set(point.id, { point, bytes });
  }

  /** Before it goes into the trash: from now on it may be there or not. */
  remove(id: string): void {
    this.#removed.add(id);
  }

  isPromised(id: string): boolean {
    return this.#promised.has(id);
  }

  /** Promised, and removed by nobody. */
  mustStay(id: string): boolean {
    return this.#promised.has(id) && !this.#removed.has(id);
  }

  get oldest(): RestorePoint | undefined {
    return [...this.#promised.values()][0]?.point;
  }

  /** Byte for byte. */
  async assertThere(vault: Vault): Promise<void> {
    for (const id of this.#promised.keys()) if (this.mustStay(id)) await this.assertSame(vault, id);
  }

  /** What is given of a restore point is what was promised; of one that nobody promised anything is right. */
  async assertSame(vault: Vault, id: string): Promise<void> {
    const [file] = (await vault.findPoint(id)).files;
    const bytes = await bringBack(vault, file as StoredFile);
    const promised = this.#promised.get(id);
    if (promised !== undefined) assert.equal(Buffer.compare(bytes, promised.bytes), 0, id);
  }
}
