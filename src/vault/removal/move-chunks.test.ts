import assert from "node:assert/strict";
import { createCipheriv, hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { openVault } from "../open-vault.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import { backUp, bringBack, createSmallVault, openSmallVault, TEST_PASSPHRASE } from "../testing/index.ts";

const MIB = 1 << 20;
const root = mkdtempSync(join(tmpdir(), "stillpoint-move-"));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Bytes that do not compress. */
function noise(seed: number, length: number): Uint8Array {
  return createCipheriv("aes-256-ctr", Buffer.alloc(32, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}

for (const [where, localIndex] of [
  ["in memory, where marks do not last", undefined],
  ["on the local disk, where they do", { folder: root, memoryBytes: 0 }],
] as const)
  test(`a prune moves all that is needed also behind a segment that it writes meanwhile, with its index ${where}`, async () => {
    const storage = new MemoryStorage();
    const disks = [noise(1, 9 * MIB), noise(2, 9 * MIB), noise(3, 2 * MIB)] as const; // a pack is full at 16 MiB
    const points: RestorePoint[] = [];
    {
      await using vault = (await createSmallVault(storage, { chunkBytes: 65_536 })).vault;
      for (const disk of disks) points.push(await backUp(vault, { disk }));
    }
    const before = storage.names().filter((name) => name.startsWith("index/"));
    {
      await using vault = await openVault({
        storage,
        clock: new FakeClock("2026-01-02T00:00:00Z"),
        entropy: new SeededEntropy(5),
        passphrase: TEST_PASSPHRASE,
        workers: 1,
        localIndex,
      });
      // none is needed whole: its header never is
      assert.equal((await vault.prune({ moveBelow: 1, packsASegment: 1 })).packsMoved, 6);
    }
    const segments = storage.names().filter((name) => name.startsWith("index/"));
    assert.ok(
      segments.length > 1 && !segments.some((name) => before.includes(name)),
      "one was written on the way",
    );
    await using fresh = await openSmallVault(storage, { seed: 6 });
    for (const [i, disk] of disks.entries()) {
      const [file] = (await fresh.findPoint(points[i]?.id ?? "none")).files;
      assert.equal(hash("sha256", await bringBack(fresh, file ?? assert.fail())), hash("sha256", disk));
    }
    assert.deepEqual((await fresh.verify({ readDataPercent: 0 })).damaged, []);
  });
