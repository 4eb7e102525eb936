import assert from "node:assert/strict";
import { promises } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { StorageFullError } from "../errors.ts";
import { storageContract } from "../testing/index.ts";
import { openLocalStorage } from "./open-local-storage.ts";

/** The system's call for a second name, which answers with the given word in this process: so it needs no such share. */
describe("a share without hard links", () => {
  const link = promises.link;
  let word = "EIO";
  let base = "";
  before(async () => {
    base = await mkdtemp(join(tmpdir(), "stillpoint-no-links-"));
    promises.link = async (from) => {
      await Promise.reject(Object.assign(new Error(`${word}: link ${String(from)}`), { code: word }));
    };
    syncBuiltinESMExports();
  });
  beforeEach(() => {
    word = "EIO"; // rclone's own word, which tells the least
  });
  after(async () => {
    promises.link = link;
    syncBuiltinESMExports();
    await rm(base, { recursive: true, force: true });
  });

  storageContract(
    "a folder of it",
    async (place) => await openLocalStorage(join(base, place), { create: true }),
    { conditionalCreate: false, objectLock: false, latency: "disk" },
  );

  test("is known by every word that file servers have for a refused link, and leaves nothing", async () => {
    for (word of ["EIO", "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EISDIR", "EMLINK", "EXDEV"]) {
      const folder = join(base, word);
      await using store = await openLocalStorage(folder, { create: true });
      assert.equal(store.traits.conditionalCreate, false, word);
      await store.put("a", [Buffer.from("x")]);
      await assert.rejects(store.put("a", [Buffer.from("y")]), { code: "storage-object-exists" });
      assert.deepEqual(await readdir(join(folder, ".tmp")), []);
    }
  });

  test("is not what a disk is taken for that is full", async () => {
    const folder = join(base, "full");
    await using store = await openLocalStorage(folder, { create: true });
    word = "ENOSPC";
    await using other = await openLocalStorage(folder, { create: true });
    await assert.rejects(other.put("a", [Buffer.from("x")]), StorageFullError);
    await store.put("b", [Buffer.from("x")]);
  });
});
