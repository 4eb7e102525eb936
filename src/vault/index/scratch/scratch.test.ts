import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { SeededEntropy } from "../../../base/testing/index.ts";
import { LocalIndexDamagedError } from "../local/errors.ts";
import { PagedNumbers } from "./paged-numbers.ts";
import { type Scratch, ScratchFile } from "./scratch-file.ts";
import { Spool } from "./spool.ts";

const folder = mkdtempSync(join(tmpdir(), "stillpoint-scratch-"));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

function scratchOf(opened: ScratchFile[] = []): Scratch {
  return {
    memoryBytes: 0,
    open: () => {
      const file = new ScratchFile(join(folder, `${opened.length}.draft`));
      opened.push(file);
      return file;
    },
  };
}

describe("PagedNumbers", () => {
  for (const width of [2, 4] as const) {
    test(`gives back what was set, ${width} bytes each, with two pages in memory as with all`, () => {
      const entropy = new SeededEntropy(width);
      const draws = new Uint32Array(entropy.bytes(4 * 40_000).slice().buffer);
      const length = 100_000;
      using paged = new PagedNumbers({ length, width, scratch: scratchOf(), memoryBytes: 0 });
      using whole = new PagedNumbers({ length, width, memoryBytes: 0 });
      const expected = new Map<number, number>();
      for (let i = 0; i < draws.length; i += 2) {
        const position = (draws[i] as number) % length;
        const value = (draws[i + 1] as number) % 2 ** (8 * width);
        for (const numbers of [paged, whole]) {
          assert.equal(numbers.get(position), expected.get(position) ?? 0);
          numbers.set(position, value);
        }
        expected.set(position, value);
      }
      for (let position = 0; position < length; position++) {
        assert.equal(paged.get(position), expected.get(position) ?? 0);
        assert.equal(whole.get(position), expected.get(position) ?? 0);
      }
    });
  }

  test("has more numbers than 32 bits count", () => {
    const length = 2 ** 32 + 100_000;
    using numbers = new PagedNumbers({ length, width: 4, scratch: scratchOf(), memoryBytes: 0 });
    const positions = [7, 2 ** 31 + 7, 2 ** 32 + 7, 2 ** 32 + 50_000, length - 1];
    for (const [i, position] of positions.entries()) numbers.set(position, i + 1);
    for (const [i, position] of positions.entries())
      assert.equal(numbers.get(position), i + 1, `${position}`);
    assert.equal(numbers.get(50_000), 0);
  });

  test("holds zero beyond its end, and takes nothing there", () => {
    using numbers = new PagedNumbers({ length: 10, width: 4, memoryBytes: 0 });
    assert.equal(numbers.get(10), 0);
    assert.throws(() => {
      numbers.set(10, 1);
    }, RangeError);
  });

  test("tells of a page that is not what was written", () => {
    const opened: ScratchFile[] = [];
    using numbers = new PagedNumbers({
      length: 5 * 4096,
      width: 4,
      scratch: scratchOf(opened),
      memoryBytes: 0,
    });
    for (let page = 0; page < 5; page++) numbers.set(4096 * page, page + 1);
    opened[0]?.write(Uint8Array.of(9), 4);
    assert.throws(() => numbers.get(0), LocalIndexDamagedError);
  });
});

describe("Spool", () => {
  test("gives back every record of a partition, and nothing of another's", () => {
    using spool = new Spool({ partitions: 3, recordBytes: 8, memoryBytes: 100, scratch: scratchOf() });
    const expected: number[][] = [[], [], []];
    for (let i = 0; i < 1000; i++) {
      const partition = (i * i) % 3;
      const { view, at } = spool.add(partition);
      view.setUint32(at, partition);
      view.setUint32(at + 4, i);
      expected[partition]?.push(i);
    }
    for (const [partition, numbers] of expected.entries()) {
      const found: number[] = [];
      for (const block of spool.take(partition)) {
        const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
        for (let at = 0; at < block.length; at += 8) {
          assert.equal(view.getUint32(at), partition);
          found.push(view.getUint32(at + 4));
        }
      }
      assert.deepEqual(
        found.sort((a, b) => a - b),
        numbers,
      );
    }
    assert.deepEqual([...spool.take(0)], [], "it was taken");
  });

  test("tells of a block that is not what was written", () => {
    const opened: ScratchFile[] = [];
    using spool = new Spool({ partitions: 1, recordBytes: 4, memoryBytes: 0, scratch: scratchOf(opened) });
    for (let i = 0; i < 3; i++) spool.add(0).view.setUint32(0, i);
    opened[0]?.write(Uint8Array.of(255), 0);
    assert.throws(() => [...spool.take(0)], LocalIndexDamagedError);
  });
});

describe("ScratchFile", () => {
  test("has no name while it is open, so that nobody has to delete it", {
    skip: process.platform === "win32",
  }, () => {
    using file = new ScratchFile(join(folder, "named.draft"));
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(file.append(Uint8Array.of(1, 2)), 0);
    assert.equal(file.append(Uint8Array.of(3)), 2);
  });

  test("says of a disk without room, or without the folder, what it says of a damaged one", () => {
    assert.throws(() => new ScratchFile(join(folder, "missing", "file")), LocalIndexDamagedError);
  });
});
