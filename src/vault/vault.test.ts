import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStorage } from "../storage/testing/index.ts";
import { backUp, bringBack, createSmallVault, openSmallVault, someBytes } from "./testing/index.ts";

test("`Vault` gives back what was stored, byte for byte, also after it was opened anew", async () => {
  const storage = new MemoryStorage();
  const disk = someBytes(7, 3_000_001);
  disk.fill(0, 100_000, 900_000);
  const files = {
    "D:\\m\\disk.vhdx": disk,
    "D:\\m\\small.vmcx": someBytes(8, 100),
    "D:\\m\\empty": new Uint8Array(0),
  };
  {
    await using vault = (await createSmallVault(storage)).vault;
    const point = await backUp(vault, files);
    for (const file of point.files) {
      assert.deepEqual(await bringBack(vault, file), files[file.path as keyof typeof files]);
    }
  }
  await using again = await openSmallVault(storage);
  const found = await again.findPoint("latest:web01");
  for (const file of found.files) {
    assert.deepEqual(await bringBack(again, file), files[file.path as keyof typeof files]);
  }
  const report = await again.verify({ readDataPercent: 100 });
  assert.deepEqual(report.damaged, []);
  assert.equal(report.points, 1);
});
