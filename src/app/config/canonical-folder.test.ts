import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { canonicalFolder } from "./canonical-folder.ts";

test("`canonicalFolder()` gives one text for a folder, by whichever way it is named", async (context) => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "stillpoint-canonical-")));
  context.after(async () => await rm(folder, { recursive: true }));
  await symlink(folder, join(folder, "again"));
  for (const written of [folder, `${folder}/`, relative(process.cwd(), folder), join(folder, "again")]) {
    assert.equal(await canonicalFolder(written), folder, written);
  }
});

test("`canonicalFolder()` leaves a folder that is not there as it was written", async () => {
  assert.equal(await canonicalFolder("./no such folder"), "./no such folder");
});
