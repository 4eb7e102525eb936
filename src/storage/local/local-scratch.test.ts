import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { openLocalScratch } from "./local-scratch.ts";
import { openLocalStorage } from "./open-local-storage.ts";

test("`openLocalScratch()` is seen by no list of the folder, and goes without a trace, closed or removed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-scratch-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(async () => await rm(folder, { recursive: true }));
  {
    await using scratch = await openLocalScratch(folder, new SeededEntropy(1));
    await scratch.one.put("a/b", [Buffer.from("x")]);
    assert.equal((await scratch.other.get("a/b")).length, 1);
    await using vault = await openLocalStorage(folder);
    assert.deepEqual(await Array.fromAsync(vault.list("")), []);
    assert.equal((await readdir(folder)).length, 1);
    assert.equal(await scratch.remove(), 0);
    assert.deepEqual(await readdir(folder), []);
  }
  {
    await using _ = await openLocalScratch(folder, new SeededEntropy(2));
  }
  assert.deepEqual(await readdir(folder), []);
  await assert.rejects(openLocalScratch(join(folder, "no"), new SeededEntropy(3)), {
    code: "storage-missing",
  });
  await assert.rejects(stat(join(folder, "no")), { code: "ENOENT" });
});
