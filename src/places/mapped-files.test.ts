import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { HostFiles } from "./host-files.ts";
import { mappedFiles } from "./mapped-files.ts";
import { temporaryFolder } from "./testing/index.ts";

async function read(files: HostFiles, path: string): Promise<string> {
  await using source = await files.open(path);
  const bytes = Buffer.alloc(source.sizeBytes);
  await source.read(bytes, 0);
  return bytes.toString();
}

describe("mappedFiles()", () => {
  test("`open()` finds a file whatever the case, the exact one first", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "D/Machines/Web01"), { recursive: true });
    await writeFile(join(folder.path, "D/Machines/Web01/Disk.vhdx"), "one");
    await writeFile(join(folder.path, "D/Machines/Web01/disk.VHDX"), "two");
    const files = mappedFiles({ drives: { d: join(folder.path, "D") } });
    assert.equal(await read(files, "D:\\machines\\WEB01\\disk.VHDX"), "two");
    assert.equal(await read(files, "d:/MACHINES/web01/Disk.vhdx"), "one");
    assert.equal(await read(files, "\\\\?\\D:\\Machines\\web01\\DISK.vhdx"), "one");
    assert.equal((await files.list("D:\\MACHINES"))[0]?.name, "Web01");
    assert.equal(await files.stat("D:\\machines\\none\\x"), undefined);
  });

  test("`create()` goes into the folder that is there and refuses a name that differs only in case", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "D/Machines"), { recursive: true });
    const files = mappedFiles({ drives: { D: join(folder.path, "D") } });
    await using store = await files.create("D:\\MACHINES\\New\\a.bin");
    await store.write(Buffer.from("x"), 0);
    assert.equal(await readFile(join(folder.path, "D/Machines/New/a.bin"), "utf8"), "x");
    await assert.rejects(files.create("D:\\machines\\new\\A.BIN"), { reason: "exists" });
    await files.remove("D:\\machines\\new\\A.BIN");
    assert.deepEqual(await files.list("D:\\machines\\new"), []);
  });

  test("shares and devices are roots of their own", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "a"), "x");
    const files = mappedFiles({
      shares: { "\\\\nas\\machines": folder.path },
      devices: { "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7": folder.path },
    });
    assert.equal(await read(files, "//NAS/Machines/A"), "x");
    assert.equal(await read(files, "\\\\?\\UNC\\nas\\machines\\a"), "x");
    assert.equal(await read(files, "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7\\a"), "x");
    assert.throws(() => mappedFiles({ shares: { "\\\\nas\\machines\\deep": "/x" } }), { reason: "unmapped" });
  });

  test("the folder of all devices has each one by its name, and one that is named goes before", async () => {
    await using folder = await temporaryFolder();
    for (const name of ["HarddiskVolumeShadowCopy7", "HarddiskVolumeShadowCopy8", "eight"]) {
      await mkdir(join(folder.path, name));
      await writeFile(join(folder.path, name, "a"), name);
    }
    const devices = "\\\\?\\GLOBALROOT\\Device";
    const eight = { [`${devices}\\HarddiskVolumeShadowCopy8`]: join(folder.path, "eight") };
    const files = mappedFiles({ drives: {}, devices: { [devices]: folder.path, ...eight } });
    assert.equal(await read(files, `${devices}\\harddiskvolumeshadowcopy8\\a`), "eight");
    assert.equal(await read(files, `${devices}\\HarddiskVolumeShadowCopy7\\A`), "HarddiskVolumeShadowCopy7");
    assert.equal(await files.stat(`${devices}\\HarddiskVolumeShadowCopy9\\a`), undefined);
    await assert.rejects(files.stat(`${devices}\\..\\a`), { reason: "unmapped" });
  });

  test("shares that are not named are read by their own paths only where that is wanted", async () => {
    const asWritten = mappedFiles({ otherShares: "as-written" });
    assert.equal(await asWritten.stat("\\\\nas\\machines\\a"), undefined);
    await assert.rejects(asWritten.stat("D:\\a"), { reason: "unmapped" });
    await assert.rejects(mappedFiles({}).stat("\\\\nas\\machines\\a"), { reason: "unmapped" });
  });

  test("no path of a host leads to another server's pipes, or to one over HTTP", async () => {
    const files = mappedFiles({ otherShares: "as-written" });
    const hostile = [
      "\\\\evil\\pipe\\a",
      "\\\\evil\\IPC$\\a",
      "\\\\evil\\mailslot\\a",
      "\\\\evil\\..\\a",
      "\\\\?\\UNC\\evil\\..\\a",
      "\\\\?\\UNC\\evil\\pipe\\a",
      "\\\\evil@SSL@8443\\DavWWWRoot\\a",
      "\\\\evil@80\\share\\a",
    ];
    for (const path of hostile) await assert.rejects(files.stat(path), { reason: "unmapped" }, path);
    assert.equal(await files.stat("\\\\?\\UNC\\nas-1.corp.example\\machines$\\a"), undefined);
  });

  test("a drive that is not in the map and a path that Windows would read otherwise are refused", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "a"), "x");
    const files = mappedFiles({ drives: { D: folder.path } });
    const hostile = [
      "E:\\a",
      "a",
      "\\a",
      "D:a",
      "D:\\..\\a",
      "D:\\x\\..\\a",
      "D:\\.\\a",
      "D:\\a:stream",
      "D:\\a::$DATA",
      "D:\\nul",
      "D:\\x\\COM1.txt",
      "D:\\a.",
      "D:\\a ",
      "D:\\a\0b",
      "D:\\*",
      "\\\\.\\D:\\a",
      // behind this prefix a slash is part of the name for Windows, and a separator for others
      "\\\\?\\D:\\x/../../a",
      "\\\\?\\D:\\b/a",
    ];
    for (const path of hostile)
      await assert.rejects(files.open(path), { code: "host-file-unmapped", path }, path);
  });
});
