import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HostDrives } from "./host-drives.ts";
import { OpenFiles } from "./open-files.ts";

async function withDrives(work: (drives: HostDrives, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-drives-"));
  try {
    mkdirSync(join(folder, "drives/D/Machines/Web01"), { recursive: true });
    writeFileSync(join(folder, "drives/D/Machines/Web01/a.vhdx"), "x");
    await work(new HostDrives(folder), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("`HostDrives.resolve()` finds files as Windows compares names, on drives and shares", async () => {
  await withDrives(async (drives, folder) => {
    const native = join(folder, "drives/D/Machines/Web01/a.vhdx");
    for (const path of [
      "D:\\Machines\\Web01\\a.vhdx",
      "d:\\machines\\WEB01\\A.VHDX",
      "\\\\?\\D:\\machines/web01/a.vhdx".replaceAll("/", "\\"),
    ]) {
      assert.equal(await drives.resolve(path), native, path);
      assert.equal(await drives.exists(path), true, path);
    }
    assert.equal(await drives.resolve("\\\\nas\\vm\\x.vhdx"), join(folder, "drives/UNC/nas/vm/x.vhdx"));
    assert.equal(await drives.exists("D:\\Machines\\Web01\\b.vhdx"), false);
  });
});

test("`HostDrives.resolve()` refuses what is no place of a host", async () => {
  await withDrives(async (drives) => {
    for (const path of ["a.vhdx", "\\a", "D:a", "\\\\?\\GLOBALROOT\\Device\\HarddiskVolume3\\a"]) {
      await assert.rejects(drives.resolve(path), { reason: "unmapped" }, path);
    }
  });
});

test("`HostDrives` makes, copies, lists and removes files, and says what is missing or there already", async () => {
  await withDrives(async (drives) => {
    {
      await using made = await drives.create("E:\\new\\b.bin");
      await made.write(Uint8Array.of(1, 2, 3), 2);
      assert.equal(made.sizeBytes, 5);
      const bytes = new Uint8Array(5);
      await made.read(bytes, 0);
      assert.deepEqual([...bytes], [0, 0, 1, 2, 3]);
      await assert.rejects(made.read(new Uint8Array(2), 4), { code: "source-ended" });
    }
    await drives.copy("E:\\new\\b.bin", "E:\\copies\\c.bin");
    await assert.rejects(drives.create("E:\\new\\B.BIN"), { reason: "exists" });
    assert.deepEqual(await Array.fromAsync(drives.files()), [
      "D:\\Machines\\Web01\\a.vhdx",
      "E:\\copies\\c.bin",
      "E:\\new\\b.bin",
    ]);
    await drives.remove("E:\\new\\b.bin");
    await drives.remove("E:\\new\\b.bin");
    await assert.rejects(drives.open("E:\\new\\b.bin"), { reason: "missing" });
  });
});

test("`OpenFiles` counts handles by place, and all hosts of one folder share the record", async () => {
  await withDrives(async (_, folder) => {
    const [a, b] = [OpenFiles.of(folder), OpenFiles.of(join(folder, "."))];
    const [first, second] = [a.note("D:\\X.vhdx"), b.note("d:\\x.VHDX")];
    first();
    first();
    assert.equal(a.has("D:/x.vhdx"), true, "closing twice counted twice");
    assert.deepEqual(a.paths(), ["D:\\X.vhdx"]);
    second();
    assert.equal(b.has("D:\\X.vhdx"), false);
  });
});
