import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SeededEntropy } from "../../../base/testing/index.ts";
import { LocalIndexDamagedError } from "./errors.ts";
import { bitOf, blockOf, Filter, type FilterShape, filterShape } from "./filter.ts";
import { FilterWriter } from "./filter-writer.ts";
import { compareKeys, type Key, readKey } from "./keys.ts";
import { FILTER_BLOCK_BYTES } from "./layout.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261123);
const scratch = mkdtempSync(join(tmpdir(), "stillpoint-filter-"));
after(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function sortedKeys(count: number, entropy = new SeededEntropy(SEED)): readonly Key[] {
  const keys = Array.from({ length: count }, () => {
    const key: Key = { partition: 0, a: 0, b: 0, c: 0 };
    readKey(entropy.bytes(32), 0, key);
    return key;
  });
  return keys.sort(compareKeys);
}

/** All of it in memory, bit by bit. */
function filterOf(keys: readonly Key[], { blocks, probes }: FilterShape): Buffer {
  const filter = Buffer.alloc(FILTER_BLOCK_BYTES * blocks);
  for (const key of keys) {
    for (let i = 0; i < probes; i++) {
      const at = 8 * FILTER_BLOCK_BYTES * blockOf(key, blocks) + bitOf(key, i);
      filter[at >>> 3] = (filter[at >>> 3] as number) | (1 << (at & 7));
    }
  }
  return filter;
}

test(`\`FilterWriter\` makes a filter that has every key, whatever it holds at once, and leaves no file (seed ${SEED})`, () => {
  for (const count of [1, 50, 2000]) {
    const keys = sortedKeys(count);
    const shape = filterShape(count, 1 << 20);
    for (const blocks of [1, 2, 3, 7, shape.blocks, shape.blocks + 1, 16_384]) {
      const path = join(scratch, "draft");
      {
        using writer = new FilterWriter(shape, path, blocks);
        for (const key of keys) writer.add(key);
        const made = Buffer.concat(partsOf(writer));
        assert.ok(made.equals(filterOf(keys, shape)), `${count} keys, ${blocks} blocks at once`);
        const filter = new Filter(shape);
        filter.bytes.set(made);
        assert.ok(keys.every((key) => filter.mayHave(key)));
      }
      assert.deepEqual(readdirSync(scratch), []);
    }
  }
});

test("`FilterWriter` fills with nothing what no key is in, at the beginning, between and at the end", () => {
  const shape = { blocks: 100, probes: 6 };
  const some = sortedKeys(3);
  using writer = new FilterWriter(shape, join(scratch, "sparse"), 4);
  for (const key of some) writer.add(key);
  assert.ok(Buffer.concat(partsOf(writer)).equals(filterOf(some, shape)));
});

test("`FilterWriter` notices what became of its file", () => {
  const path = join(scratch, "changed");
  const keys = sortedKeys(500);
  using writer = new FilterWriter(filterShape(500, 1 << 20), path, 2);
  for (const key of keys) writer.add(key);
  writeFileSync(path, Buffer.alloc(128), { flag: "r+" });
  assert.throws(() => partsOf(writer), LocalIndexDamagedError);
});

/** Copies, since each part is valid until the next. */
function partsOf(writer: FilterWriter): Buffer[] {
  return Array.from(writer.parts(), (part) => Buffer.from(part));
}
