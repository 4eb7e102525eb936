import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import { MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { Disk } from "../../disk/index.ts";
import { SparseMemoryStore } from "../../disk/testing/index.ts";
import { createVhdx } from "./create-vhdx.ts";
import { mergeVhdx } from "./merge-vhdx.ts";
import type { NewVhdx } from "./new-disk.ts";
import { openVhdx } from "./open-vhdx.ts";
import { openVhdxForWriting } from "./vhdx-writer.ts";

const entropy = new SeededEntropy(2);

function save(store: SparseMemoryStore, path: string): void {
  const file = openSync(path, "w");
  for (const { offset, bytes } of store.pages()) writeSync(file, bytes, 0, bytes.length, offset);
  ftruncateSync(file, store.sizeBytes);
  closeSync(file);
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "vhdx-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Random writes, which the model repeats; the model is what every reader must see. */
async function scribble(disk: { write: Disk["read"]; sizeBytes: number }, model: Uint8Array, unit: number) {
  const random = new SeededEntropy(disk.sizeBytes % 65_521);
  const units = disk.sizeBytes / unit;
  const write = async (first: number, count: number): Promise<void> => {
    const bytes = random.bytes(4096);
    const all = new Uint8Array(count * unit);
    for (let at = 0; at < all.length; at += bytes.length) all.set(bytes.subarray(0, all.length - at), at);
    await disk.write(all, first * unit);
    model.set(all, first * unit);
  };
  await write(0, 1);
  await write(units - 1, 1);
  for (let n = 0; n < 30; n++) {
    const first = random.below(units);
    await write(first, Math.min(units - first, 1 + random.below(200)));
  }
}

async function written(
  settings: Omit<NewVhdx, "entropy">,
): Promise<{ store: SparseMemoryStore; model: Uint8Array }> {
  const store = new SparseMemoryStore();
  await createVhdx(store, { ...settings, entropy, creator: "Stillpoint test" });
  const model = new Uint8Array(settings.virtualSizeBytes);
  await using disk = await openVhdxForWriting(store, { entropy });
  await scribble(disk, model, settings.logicalSectorBytes ?? 512);
  return { store, model };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const sha256OfFile = (name: string, folder: string): string =>
  run("sha256sum", [name], { cwd: folder }).slice(0, 64);

const LIBVHDI = `import pyvhdi, hashlib, sys
f = pyvhdi.open("disk.vhdx"); h = hashlib.sha256(); left = f.get_media_size(); at = 0
while left:
    n = min(left, 1 << 24); h.update(f.read_buffer_at_offset(n, at)); at += n; left -= n
print(f.get_bytes_per_sector(), h.hexdigest())`;

describe("a VHDX that we wrote", () => {
  for (const kind of ["fixed", "dynamic"] as const) {
    for (const blocks of [1, 2, 32, 256]) {
      const title = `reads the same in qemu-img, 7-Zip and libvhdi: ${kind}, blocks of ${blocks} MiB`;
      test(title, needs("qemu-img", "7zz", "vhdiinfo"), async () => {
        await inFolder(async (folder) => {
          const virtualSizeBytes = (blocks === 256 ? 260 : 33) * MIB + 4096;
          const { store, model } = await written({ kind, virtualSizeBytes, blockSizeBytes: blocks * MIB });
          save(store, join(folder, "disk.vhdx"));
          const expected = sha256(model);
          run("qemu-img", ["check", "-f", "vhdx", "disk.vhdx"], { cwd: folder });
          run("qemu-img", ["convert", "-f", "vhdx", "-O", "raw", "disk.vhdx", "disk.raw"], { cwd: folder });
          assert.equal(sha256OfFile("disk.raw", folder), expected);
          run("sh", ["-c", "7zz e -so -tvhdx disk.vhdx > 7z.raw"], { cwd: folder });
          assert.equal(sha256OfFile("7z.raw", folder), expected);
          assert.match(run("7zz", ["l", "-slt", "-tvhdx", "disk.vhdx"], { cwd: folder }), /Stillpoint test/);
          assert.equal(run("/usr/bin/python3", ["-c", LIBVHDI], { cwd: folder }).trim(), `512 ${expected}`);
        });
      });
    }

    test(`reads the same in libvhdi: ${kind}, sectors of 4096 bytes`, needs("vhdiinfo"), async () => {
      await inFolder(async (folder) => {
        const { store, model } = await written({
          kind,
          virtualSizeBytes: 33 * MIB,
          logicalSectorBytes: 4096,
        });
        save(store, join(folder, "disk.vhdx"));
        const found = run("/usr/bin/python3", ["-c", LIBVHDI], { cwd: folder }).trim();
        assert.equal(found, `4096 ${sha256(model)}`);
      });
    });
  }

  for (const blocks of [1, 2, 32, 256]) {
    const title = `reads the same in 7-Zip, and merged in qemu-img: differencing, blocks of ${blocks} MiB over 2 MiB`;
    test(title, needs("7zz", "qemu-img"), async () => {
      await inFolder(async (folder) => {
        const virtualSizeBytes = 33 * MIB;
        const { store, model } = await written({
          kind: "dynamic",
          virtualSizeBytes,
          blockSizeBytes: 2 * MIB,
        });
        await using parent = await openVhdx(store);
        const { dataWriteGuid, virtualDiskId } = parent.facts;
        const child = new SparseMemoryStore();
        await createVhdx(child, {
          kind: "differencing",
          virtualSizeBytes,
          blockSizeBytes: blocks * MIB,
          entropy,
          parent: { dataWriteGuid, virtualDiskId, relativePath: ".\\parent.vhdx" },
        });
        {
          await using disk = await openVhdxForWriting(child, { entropy });
          await scribble(disk, model, 512);
          await disk.writeZeros(8 * MIB, 2 * MIB);
          model.fill(0, 8 * MIB, 10 * MIB);
          await disk.write(model.subarray(16 * MIB, 18 * MIB), 16 * MIB);
        }
        save(store, join(folder, "parent.vhdx"));
        save(child, join(folder, "child.avhdx"));
        run("sh", ["-c", "7zz e -so -tvhdx child.avhdx > child.raw"], { cwd: folder });
        assert.equal(sha256OfFile("child.raw", folder), sha256(model));
        await mergeVhdx({ child, parent: store, entropy });
        save(store, join(folder, "merged.vhdx"));
        run("qemu-img", ["check", "-f", "vhdx", "merged.vhdx"], { cwd: folder });
        run("qemu-img", ["convert", "-f", "vhdx", "-O", "raw", "merged.vhdx", "merged.raw"], { cwd: folder });
        assert.equal(sha256OfFile("merged.raw", folder), sha256(model));
      });
    });
  }

  test("is replayed by qemu-img after a crash as by us", needs("qemu-img"), async () => {
    await inFolder(async (folder) => {
      const store = new SparseMemoryStore();
      await createVhdx(store, { kind: "dynamic", virtualSizeBytes: 33 * MIB, blockSizeBytes: MIB, entropy });
      const model = new Uint8Array(33 * MIB);
      const disk = await openVhdxForWriting(store, { entropy });
      await scribble(disk, model, 512);
      await disk.flush();
      const left = store.clone(); // as a kill would leave it: nothing closes it
      await using file = await openVhdx(left.clone());
      assert.equal(file.facts.logReplayed, true);
      save(left, join(folder, "disk.vhdx"));
      run("qemu-img", ["check", "-f", "vhdx", "-r", "all", "disk.vhdx"], { cwd: folder });
      run("qemu-img", ["convert", "-f", "vhdx", "-O", "raw", "disk.vhdx", "disk.raw"], { cwd: folder });
      assert.equal(sha256OfFile("disk.raw", folder), sha256(model));
    });
  });
});
