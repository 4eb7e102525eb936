import { hexFromBytes } from "../../src/base/index.ts";
import type { Storage, StoredObject } from "../../src/storage/index.ts";
import type { SyntheticIndex } from "./synthetic-index.ts";
import type { SyntheticPacks } from "./synthetic-packs.ts";

/** A store that holds a small vault, and lists beside it the packs and segments of a large one. Nobody reads these, but for what `made` gives. */
export function growthStorage(
  inner: Storage,
  index: SyntheticIndex | undefined,
  made?: SyntheticPacks,
): Storage {
  return {
    location: inner.location,
    traits: inner.traits,
    put: async (name, parts, options) => await inner.put(name, parts, options),
    get: async (name, options = {}) => made?.read(name, options) ?? (await inner.get(name, options)),
    stat: async (name, options) => await inner.stat(name, options),
    delete: async (name, options) => await inner.delete(name, options),
    async *list(prefix, options) {
      yield* inner.list(prefix, options);
      if (index === undefined) return;
      if (prefix.startsWith("index/") && !index.isReal) yield* segments(index);
      if (prefix.startsWith("packs/"))
        yield* packs(index, prefix.slice("packs/".length, "packs/".length + 2));
    },
    [Symbol.asyncDispose]: async () => await inner[Symbol.asyncDispose](),
  };
}

function* segments(index: SyntheticIndex): Generator<StoredObject> {
  for (let i = 0; i < index.segments; i++) {
    yield { name: `index/${hexFromBytes(index.segmentDigest(i))}`, sizeBytes: index.segmentBytes };
  }
}

function* packs(index: SyntheticIndex, firstByte: string): Generator<StoredObject> {
  const first = firstByte === "" ? 0 : Math.floor((Number.parseInt(firstByte, 16) / 256) * index.packs);
  const end = firstByte === "" ? index.packs : Math.ceil(first + index.packs / 256) + 1;
  for (let i = Math.max(0, first - 1); i < Math.min(end, index.packs); i++) {
    const hex = hexFromBytes(index.packDigest(i));
    if (!hex.startsWith(firstByte)) continue;
    yield { name: `packs/${hex.slice(0, 2)}/${hex}`, sizeBytes: index.packBytes };
  }
}
