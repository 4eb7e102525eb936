import type { SeededEntropy } from "../../src/base/testing/index.ts";
import type { MemoryStorage } from "../../src/storage/testing/index.ts";

const HEADER_BYTES = 176; // docs/vault-format.md 5
const TRAILER_BYTES = 56; // docs/vault-format.md 6
const SEGMENTS = 64; // docs/vault-format.md 6.1

/**
 * Damages two of three segments of the index and packs so that a repair loses nothing: every frame still is what was sealed, or
 * a sidecar mends it. Gives how many.
 */
export function damageHarmlessly(storage: MemoryStorage, random: SeededEntropy): number {
  let damaged = 0;
  for (const name of storage.names()) {
    const dice = random.below(3);
    const isIndex = name.startsWith("index/");
    if (dice === 0 || !(isIndex || name.startsWith("packs/"))) continue;
    damaged++;
    const { length } = storage.peek(name);
    const hasSidecar = storage.names().includes(name.replace("packs/", "parity/"));
    if (isIndex && dice === 1) storage.replace(name, undefined);
    else if (isIndex) flip(storage, { name, at: 1 + random.below(length - 1) }, random);
    else if (hasSidecar && random.below(2) === 0) flipOneOrTwoSegments(storage, name, random);
    else if (dice === 1) flip(storage, { name, at: random.below(HEADER_BYTES) }, random);
    else flip(storage, { name, at: length - 1 - random.below(TRAILER_BYTES) }, random);
  }
  return damaged;
}

/** A sidecar makes up for two segments of its pack. */
export function flipOneOrTwoSegments(storage: MemoryStorage, name: string, random: SeededEntropy): void {
  const { length } = storage.peek(name);
  for (let times = 1 + random.below(2); times > 0; times--) {
    const at = Math.floor(((random.below(SEGMENTS) + 0.5) * length) / SEGMENTS);
    flip(storage, { name, at }, random);
  }
}

function flip(
  storage: MemoryStorage,
  { name, at }: { readonly name: string; readonly at: number },
  random: SeededEntropy,
): void {
  const bytes = storage.peek(name).slice();
  bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  storage.replace(name, bytes);
}
