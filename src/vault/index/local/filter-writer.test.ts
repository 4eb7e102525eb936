import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SeededEntropy } from "../../../base/testing/index.ts";
import { LocalIndexDamagedError } from "./errors.ts";
import { Filter, filterShape } from "./filter.ts";
import { FilterWriter } from "./filter-writer.ts";
import { compareKeys, type Key, readKey } from "./keys.ts";

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

/** As a filter that is in memory whole makes it. */
function filterOf(keys: readonly Key[], mostBytes: number): Buffer {
  const filter = new Filter(filterShape(keys.length, mostBytes));
  for (const key of keys) filter.add(key);
  return Buffer.from(filter.bytes);
}

test(`\`FilterWriter\` makes the filter that \`Filter\` makes, whatever it holds at once, and leaves no file (seed ${SEED})`, () => {
  for (const count of [1, 50, 2000]) {
    const keys = sortedKeys(count);
    const shape = filterShape(count, 1 << 20);
    for (const blocks of [1, 2, 3, 7, shape.blocks, shape.blocks + 1, 16_384]) {
      const path = join(scratch, "draft");
      {
        using writer = new FilterWriter(shape, path, blocks);
        for (const key of keys) writer.add(key);
        const made = Buffer.concat(partsOf(writer));
        assert.ok(made.equals(filterOf(keys, 1 << 20)), `${count} keys, ${blocks} blocks at once`);
      }
      assert.deepEqual(readdirSync(scratch), []);
    }
  }
});

test("`FilterWriter` fills with nothing what no key is in, at the beginning, between and at the end", () => {
  const shape = { blocks: 100, probes: 6 };
  const some = sortedKeys(3);
  using writer = new FilterWriter(shape, join(scratch, "sparse"), 4);
  const filter = new Filter(shape);
  for (const key of some) {
    writer.add(key);
    filter.add(key);
  }
  assert.ok(Buffer.concat(partsOf(writer)).equals(Buffer.from(filter.bytes)));
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
