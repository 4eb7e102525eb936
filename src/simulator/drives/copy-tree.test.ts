import assert from "node:assert/strict";
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { copyTree } from "./copy-tree.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-copy-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("`copyTree()` copies files with their times, without what is mounted below, over what an attempt that died left", async () => {
  await inFolder(async (folder) => {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    await mkdir(join(from, "a", "b"), { recursive: true });
    await mkdir(join(from, "mounted"));
    await mkdir(`${to}.making`);
    await writeFile(`${to}.making/half`, "x");
    await writeFile(join(from, "a", "b", "one"), "one");
    await writeFile(join(from, "mounted", "two"), "two");
    await utimes(join(from, "a", "b", "one"), 1_000, 2_000);
    await copyTree(from, to, [join(from, "mounted")]);
    assert.deepEqual((await readdir(folder)).sort(), ["from", "to"]);
    assert.deepEqual(await readdir(to), ["a"]);
    assert.equal(await readFile(join(to, "a", "b", "one"), "utf8"), "one");
    assert.equal((await stat(join(to, "a", "b", "one"))).mtimeMs, 2_000_000);
  });
});

test("`copyTree()` leaves holes out", async () => {
  await inFolder(async (folder) => {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    await mkdir(from);
    {
      await using file = await open(join(from, "sparse"), "w");
      await file.truncate(64 << 20);
      await file.write(Buffer.from("here"), 0, 4, 33 << 20);
    }
    await copyTree(from, to, []);
    const copied = await stat(join(to, "sparse"));
    assert.equal(copied.size, 64 << 20);
    assert.ok(copied.blocks * 512 <= 2 << 20, `${copied.blocks} blocks`);
    assert.deepEqual(await readFile(join(to, "sparse")), await readFile(join(from, "sparse")));
  });
});
