import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RestorePointId } from "../../base/index.ts";
import { SourceEndedError } from "../../disk/index.ts";
import { makeVhd } from "../../formats/vhd/testing/index.ts";
import { FakeVault } from "../testing/index.ts";
import { SourceFile } from "./source-file.ts";
import { countsOf, storeCopy } from "./store-copy.ts";

const writes = [{ offset: 0, bytes: new Uint8Array(512).fill(7) }];
const DISK = makeVhd({ sizeBytes: 524_288, blockSizeBytes: 524_288, writes });

/** Stores bytes of one vault in another under a name. Gives how often it was asked to, and of what layout. */
async function stored(
  path: string,
  bytes: Uint8Array,
  options: { readonly role?: "disk" | "other"; readonly onStore?: (times: number) => void } = {},
) {
  const { role = "disk", onStore = () => undefined } = options;
  const [from, to] = [new FakeVault(), new FakeVault()];
  from.contents.set("root", bytes);
  const recipe = { version: 1 as const, sizeBytes: bytes.length, level: 0, root: "root" };
  const file = { path, role, sizeBytes: bytes.length, recipe };
  let times = 0;
  to.onStore = () => onStore(++times);
  await using source = await SourceFile.open(file, {
    vault: { openFile: async (one) => (await from.openFile(one)) as never },
    point: { id: "1".repeat(32) as RestorePointId },
  });
  await using session = await to.openSession({});
  const content = await storeCopy(source, file, { session, onProgress: () => undefined });
  const [kept] = to.contents.values();
  return { content, times, layouts: to.layouts, kept };
}

describe("storeCopy()", () => {
  test("cuts a disk as a backup does, and takes everything else as it lies there", async () => {
    const disk = await stored("a.vhd", DISK);
    assert.deepEqual([disk.layouts, disk.times, disk.kept], [["payload"], 1, DISK]);
    const file = await stored("a.vhd", DISK, { role: "other" });
    assert.deepEqual([file.layouts, file.kept], [["plain"], DISK]);
    for (const [path, bytes] of [
      ["a.vhd", DISK.subarray(0, 2000)],
      ["a.vhdx", DISK],
      ["a.vhds", DISK],
    ] as const) {
      const other = await stored(path, bytes);
      assert.deepEqual([other.layouts, other.times, other.kept], [["plain"], 1, bytes], path);
    }
  });

  test("takes the bytes of a disk as they lie there where it turns out too short for its own tables", async () => {
    const onStore = (times: number): void => {
      if (times === 1) throw new SourceEndedError("Cannot read 512 bytes: it ends");
    };
    const { layouts, times, kept } = await stored("a.vhd", DISK, { onStore });
    assert.deepEqual([layouts, times, kept], [["plain"], 2, DISK]);
  });

  test("stores nothing in another form for what has nothing to do with it", async () => {
    let asked = 0;
    const onStore = (): void => {
      asked++;
      throw new RangeError("a test says so");
    };
    await assert.rejects(stored("a.vhd", DISK, { onStore }), RangeError);
    assert.equal(asked, 1);
  });
});

test("`countsOf()` sums each count by itself", () => {
  const recipe = { version: 1 as const, sizeBytes: 0, level: 0, root: null };
  const one = { bytesRead: 1, bytesReadMetadata: 20, bytesNew: 300, bytesStored: 4000 };
  assert.deepEqual(
    countsOf([
      { recipe, counts: one },
      { recipe, counts: one },
    ]),
    {
      bytesRead: 2,
      bytesReadMetadata: 40,
      bytesNew: 600,
      bytesStored: 8000,
    },
  );
});
