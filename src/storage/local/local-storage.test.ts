import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { systemEntropy } from "../../base/index.ts";
import {
  StorageDeniedError,
  StorageFullError,
  StorageMissingError,
  StorageObjectExistsError,
} from "../errors.ts";
import type { Storage } from "../storage.ts";
import { LocalStorage } from "./local-storage.ts";
import { openLocalStorage } from "./open-local-storage.ts";
import { openScratch } from "./scratch.ts";

let base = "";
before(async () => {
  base = await mkdtemp(join(tmpdir(), "stillpoint-local-"));
});
after(async () => {
  await rm(base, { recursive: true, force: true });
});

const bytes = Uint8Array.of(1, 2, 3);

/** A store of its own on a mounted memory disk; undefined, and the test skipped, where nothing can be mounted. */
async function mounted(t: TestContext, options: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(base, "mount-"));
  const done = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  if (done.status !== 0) {
    t.skip("only an administrator of a Linux system can mount a memory disk");
    return undefined;
  }
  t.after(() => spawnSync("umount", ["-l", folder]));
  return folder;
}

async function leftInScratch(folder: string): Promise<string[]> {
  return await readdir(join(folder, ".tmp"));
}

async function contentOf(store: Storage): Promise<string[]> {
  return await Array.fromAsync(store.list(""), ({ name }) => name);
}

describe("a put into the local store", () => {
  test("leaves nothing of a put on a disk that is full", async (t) => {
    const folder = await mounted(t, "size=1m");
    if (folder === undefined) return;
    await using store = await openLocalStorage(folder, { create: true });
    await store.put("packs/small", [new Uint8Array(500_000).fill(7)]);
    const tooMuch = [new Uint8Array(300_000), new Uint8Array(300_000)];
    await assert.rejects(store.put("packs/large", tooMuch), StorageFullError);
    assert.deepEqual(await contentOf(store), ["packs/small"]);
    assert.deepEqual(await leftInScratch(folder), []);
    await store.delete("packs/small");
    await store.put("packs/large", tooMuch);
    assert.equal((await store.stat("packs/large"))?.sizeBytes, 600_000);
  });

  test("can read a disk without a free inode, and says that it is full", async (t) => {
    const folder = await mounted(t, "size=1m,nr_inodes=6");
    if (folder === undefined) return;
    await mkdir(join(folder, ".tmp"));
    for (const name of ["a", "b", "c", "d"]) await writeFile(join(folder, name), name);
    await using store = await openLocalStorage(folder);
    assert.deepEqual(await store.get("a"), Uint8Array.of(97));
    await assert.rejects(store.put("e", [bytes]), StorageFullError);
  });

  test("is refused on a disk that is mounted for reading, which reads all the same", async (t) => {
    const folder = await mounted(t, "size=1m");
    if (folder === undefined) return;
    {
      await using store = await openLocalStorage(folder);
      await store.put("a", [bytes]);
    }
    assert.equal(spawnSync("mount", ["-o", "remount,ro", folder]).status, 0);
    await using store = await openLocalStorage(folder);
    assert.deepEqual(await store.get("a"), bytes);
    await assert.rejects(store.put("b", [bytes]), StorageDeniedError);
    await assert.rejects(store.delete("a"), StorageDeniedError);
    assert.deepEqual(await contentOf(store), ["a"]);
  });

  test("does not fill the empty mount point of a disk that was unplugged", async (t) => {
    const folder = await mounted(t, "size=1m");
    if (folder === undefined) return;
    await using store = await openLocalStorage(folder, { create: true });
    await store.put("packs/a", [bytes]);
    assert.equal(spawnSync("umount", [folder]).status, 0);
    await assert.rejects(store.put("packs/b", [bytes]), StorageMissingError);
    assert.deepEqual(await readdir(folder), []);
    for (const call of [store.get("packs/a"), store.stat("packs/a"), store.delete("packs/a")]) {
      await assert.rejects(call, StorageMissingError);
    }
  });

  test("lists nothing as if it were all when the disk is unplugged in the middle", async (t) => {
    const folder = await mounted(t, "size=1m");
    if (folder === undefined) return;
    await using store = await openLocalStorage(folder, { create: true });
    for (const name of ["a/1", "b/1", "c/1"]) await store.put(name, [bytes]);
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const { name } of store.list("")) {
        seen.push(name);
        if (name === "a/1") assert.equal(spawnSync("umount", [folder]).status, 0);
      }
    }, StorageMissingError);
    assert.deepEqual(seen, ["a/1"]);
  });

  test("does not make the store's folder again when it was moved away", async () => {
    const folder = await mkdtemp(join(base, "moved-"));
    await using store = await openLocalStorage(folder, { create: true });
    await rename(folder, `${folder}-away`);
    await assert.rejects(store.put("a", [bytes]), StorageMissingError);
    await assert.rejects(contentOf(store), StorageMissingError);
    await assert.rejects(readdir(folder), { code: "ENOENT" });
  });

  test("makes a folder of objects again that somebody removed", async () => {
    const folder = await mkdtemp(join(base, "removed-"));
    await using store = await openLocalStorage(folder);
    await store.put("packs/ab/1", [bytes]);
    await rm(join(folder, "packs"), { recursive: true });
    await store.put("packs/ab/2", [bytes]);
    assert.deepEqual(await contentOf(store), ["packs/ab/2"]);
  });

  test("leaves no temporary file, whether it went well or not", async () => {
    const folder = await mkdtemp(join(base, "tidy-"));
    await using store = await openLocalStorage(folder);
    await store.put("a", [bytes]);
    await assert.rejects(store.put("a", [bytes]), StorageObjectExistsError);
    const stop = new AbortController();
    const put = store.put("b", [new Uint8Array(1_000_000)], { signal: stop.signal });
    stop.abort();
    await assert.rejects(put, { code: "interrupted" });
    assert.deepEqual(await leftInScratch(folder), []);
    assert.deepEqual(await contentOf(store), ["a"]);
  });

  test("that was killed in the middle is under no name afterwards", async () => {
    const folder = await mkdtemp(join(base, "killed-"));
    const script = `
      const { openLocalStorage } = await import(${JSON.stringify(new URL("../index.ts", import.meta.url).href)});
      const store = await openLocalStorage(${JSON.stringify(folder)}, { create: true });
      await store.put("packs/whole", [new Uint8Array(1000)]);
      const endless = { length: 1000, *[Symbol.iterator]() {
        for (let i = 0; ; i++) {
          if (i === 20) process.kill(process.pid, "SIGKILL");
          yield new Uint8Array(100_000);
        }
      } };
      await store.put("packs/torn", endless);
    `;
    const done = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    assert.equal(
      done.signal ?? done.status,
      process.platform === "win32" ? 1 : "SIGKILL",
      done.stderr.toString(),
    );
    await using store = await openLocalStorage(folder);
    assert.deepEqual(await Array.fromAsync(store.list("")), [{ name: "packs/whole", sizeBytes: 1000 }]);
    assert.equal((await leftInScratch(folder)).length, 1, "younger than a day: its writer may be alive");
  });
});

test("a store on a file system without hard links says so and still never overwrites", async () => {
  const root = await mkdtemp(join(base, "no-links-"));
  const scratch = { ...(await openScratch(root, systemEntropy)), canLink: false };
  await using store = new LocalStorage({
    root,
    entropy: systemEntropy,
    scratch,
  });
  assert.equal(store.traits.conditionalCreate, false);
  await store.put("packs/a", [bytes]);
  await assert.rejects(store.put("packs/a", [Uint8Array.of(9)]), StorageObjectExistsError);
  assert.deepEqual(await store.get("packs/a"), bytes);
  assert.deepEqual(await leftInScratch(root), []);
});
