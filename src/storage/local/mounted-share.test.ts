import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { link, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { needs } from "../../../test/testing/oracles.ts";
import { storageContract } from "../testing/index.ts";
import { openLocalStorage } from "./open-local-storage.ts";

/** The nearest that Linux shows without a file server: a mount that refuses hard links, and with an unusual word. */
describe("a mounted share without hard links", mayMount(), () => {
  let folder = "";
  let share = "";
  let child: ChildProcess;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "stillpoint-share-"));
    share = join(folder, "share");
    for (const name of ["behind", "share"]) mkdirSync(join(folder, name));
    const flags = [
      "--vfs-cache-mode",
      "writes",
      "--cache-dir",
      join(folder, "cache"),
      "--config",
      "/dev/null",
    ];
    child = spawn("rclone", ["mount", join(folder, "behind"), share, ...flags], { stdio: "ignore" });
    while (!readFileSync("/proc/mounts", "utf8").includes(share)) {
      assert.equal(child.exitCode, null, "rclone cannot mount");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  after(async () => {
    spawnSync("umount", ["-l", share]);
    if (child.exitCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test("is one: it has its own word for a refused link", async () => {
    await writeFile(join(share, "one"), "x");
    await assert.rejects(link(join(share, "one"), join(share, "two")), { code: "EIO" });
  });

  storageContract(
    "a folder of it",
    async (place) => await openLocalStorage(join(share, place), { create: true }),
    { conditionalCreate: false, objectLock: false, latency: "disk" },
  );
});

function mayMount(): { readonly skip: string | false } {
  const needed = needs("rclone", "fusermount3", "umount");
  if (needed.skip !== false) return needed;
  try {
    accessSync("/dev/fuse", constants.R_OK | constants.W_OK);
    return needed;
  } catch {
    return { skip: "needs the right to mount by FUSE" };
  }
}
