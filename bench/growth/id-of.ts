import type { Key } from "../../src/vault/index/local/keys.ts";
import type { SyntheticIndex } from "./synthetic-index.ts";

/** The first 32 bytes of `into` become the chunk's id. */
export function idOf(index: SyntheticIndex, chunk: number, into: Uint8Array): void {
  const key: Key = { partition: 0, a: 0, b: 0, c: 0 };
  index.key(chunk, key);
  const view = new DataView(into.buffer, into.byteOffset);
  view.setUint8(0, key.partition);
  [key.a, key.b, key.c].forEach((word, i) => {
    view.setUint32(1 + 4 * i, word, true);
  });
}
