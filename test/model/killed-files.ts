import { SeededEntropy } from "../../src/base/testing/index.ts";
import { someBytes } from "../../src/vault/testing/index.ts";

const DISK_BYTES = 70_000;

/** What a backup of that seed stores: a disk that most seeds share the most of, and a file of its own. */
export function killedFiles(seed: number): Readonly<Record<string, Uint8Array>> {
  const random = new SeededEntropy(seed);
  const disk = someBytes(4, DISK_BYTES);
  disk.fill(0, 20_000, 32_000);
  for (let i = 0; i < 4; i++) {
    const at = random.below(DISK_BYTES - 9_000);
    disk.set(random.bytes(1 + random.below(9_000)), at);
  }
  return { disk, notes: random.bytes(500) };
}

/** Its name says the seed, so that whoever finds a restore point knows what must be in it. */
export function killedMachine(seed: number): { readonly id: string; readonly name: string } {
  const hex = (seed >>> 0).toString(16).padStart(12, "0").toUpperCase();
  return { id: `7B1F0D6E-3C50-4B0C-9C67-${hex}`, name: `seed-${seed}` };
}

export function seedOfMachine(name: string): number {
  return Number(name.slice("seed-".length));
}
