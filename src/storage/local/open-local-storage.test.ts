import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { StorageMissingError } from "../errors.ts";
import { storageContract } from "../testing/index.ts";
import { openLocalStorage } from "./open-local-storage.ts";

let base = "";
before(async () => {
  base = await mkdtemp(join(tmpdir(), "stillpoint-storage-"));
});
after(async () => {
  await rm(base, { recursive: true, force: true });
});

storageContract(
  "the local store",
  async (place) => await openLocalStorage(join(base, "contract", place), { create: true }),
  { conditionalCreate: true, objectLock: false, latency: "disk" },
);

const bytes = Uint8Array.of(1, 2, 3);

describe("openLocalStorage()", () => {
  test("refuses a folder that is not there, and makes it when it may", async () => {
    const folder = join(base, "not/yet/there");
    await assert.rejects(openLocalStorage(folder), StorageMissingError);
    await assert.rejects(stat(folder), { code: "ENOENT" });
    await using store = await openLocalStorage(folder, { create: true });
    await store.put("a", [bytes]);
    assert.equal(store.location, folder);
    assert.deepEqual(await Array.fromAsync(store.list("")), [{ name: "a", sizeBytes: 3 }]);
  });

  test("refuses a file in the folder's place", async () => {
    const file = join(base, "file");
    await writeFile(file, "x");
    await assert.rejects(openLocalStorage(file), StorageMissingError);
    await assert.rejects(openLocalStorage(join(file, "below")), StorageMissingError);
  });

  test("leaves no trace in a folder that is only looked at", async () => {
    const folder = await mkdtemp(join(base, "looked-at-"));
    await using store = await openLocalStorage(folder);
    assert.deepEqual(await Array.fromAsync(store.list("")), []);
    await assert.rejects(store.get("a"));
    assert.deepEqual(await readdir(folder), []);
  });

  test("removes temporary files of processes that died, and no others", async () => {
    const folder = await mkdtemp(join(base, "stale-"));
    await mkdir(join(folder, ".tmp"));
    for (const name of ["old", "slow", "new"]) await writeFile(join(folder, ".tmp", name), "torn");
    const { mtimeMs } = await stat(join(folder, ".tmp/new"));
    const daysAgo = (days: number): Date => new Date(mtimeMs - days * 24 * 3_600_000);
    await utimes(join(folder, ".tmp/old"), daysAgo(7.1), daysAgo(7.1));
    await utimes(join(folder, ".tmp/slow"), daysAgo(6.9), daysAgo(6.9)); // a pack of a session that finds nothing new
    await using store = await openLocalStorage(folder);
    assert.deepEqual((await readdir(join(folder, ".tmp"))).sort(), ["new", "slow"]);
    assert.deepEqual(await Array.fromAsync(store.list("")), []);
  });

  test("passes over files that are no objects", async () => {
    const folder = await mkdtemp(join(base, "foreign-"));
    await using store = await openLocalStorage(folder);
    await store.put("packs/a", [bytes]);
    for (const name of ["Thumbs.db", ".DS_Store", "packs/.hidden", "packs/a b"]) {
      await writeFile(join(folder, name), "foreign");
    }
    await mkdir(join(folder, "lost+found"));
    await writeFile(join(folder, "lost+found/x"), "foreign");
    assert.deepEqual(await Array.fromAsync(store.list(""), ({ name }) => name), ["packs/a"]);
  });

  test("lists objects in a folder that an administrator moved and linked back", async () => {
    const elsewhere = await mkdtemp(join(base, "elsewhere-"));
    const folder = await mkdtemp(join(base, "linked-"));
    await writeFile(join(elsewhere, "x"), "12345");
    await symlink(elsewhere, join(folder, "packs"), "junction");
    await using store = await openLocalStorage(folder);
    assert.deepEqual(await Array.fromAsync(store.list("")), [{ name: "packs/x", sizeBytes: 5 }]);
    assert.equal((await store.get("packs/x")).length, 5);
  });

  test("lists all objects beside a link to nothing", async () => {
    const folder = await mkdtemp(join(base, "dangling-"));
    for (const name of ["a", "c"]) await writeFile(join(folder, name), "x");
    await symlink(join(folder, "nowhere"), join(folder, "b"));
    await using store = await openLocalStorage(folder);
    assert.deepEqual(await Array.fromAsync(store.list(""), ({ name }) => name), ["a", "c"]);
  });

  test("opens a folder that can only be read, and refuses to write there", async (t) => {
    if (process.getuid?.() === 0 || process.platform === "win32") {
      t.skip("permissions do not bind this user");
      return;
    }
    const folder = await mkdtemp(join(base, "read-only-"));
    await writeFile(join(folder, "a"), "x");
    await chmod(folder, 0o500);
    await using store = await openLocalStorage(folder);
    assert.equal((await store.get("a")).length, 1);
    await assert.rejects(store.put("b", [bytes]), { code: "storage-denied" });
    await chmod(folder, 0o700);
  });
});
