import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { needs, readSample, run } from "../../../test/testing/oracles.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { openVhd } from "../../formats/vhd/index.ts";
import { HostDrives } from "../drives/host-drives.ts";
import { VhdDisks } from "./vhd-disks.ts";

const PARENT = "D:\\M\\legacy.vhd";
const CHILD = "D:\\M\\legacy_1.avhd";

interface Bench {
  readonly disks: VhdDisks;
  readonly drives: HostDrives;
  readonly native: (path: string) => string;
}

async function withDisk(sample: string, work: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-vhd-"));
  try {
    mkdirSync(join(folder, "drives/D/M"), { recursive: true });
    writeFileSync(join(folder, "drives/D/M/legacy.vhd"), readSample(sample));
    const drives = new HostDrives(folder);
    const native = (path: string): string => join(folder, "drives/D/M", path.split("\\").at(-1) ?? "");
    await work({ disks: new VhdDisks(drives, new SeededEntropy(5)), drives, native });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The disk's content by an independent reader. */
function content(native: string): Uint8Array {
  run("qemu-img", ["convert", "-f", "vpc", "-O", "raw", native, `${native}.raw`]);
  return new Uint8Array(readFileSync(`${native}.raw`));
}

for (const sample of ["hyperv-dynamic.vhd.gz", "hyperv-fixed.vhd.gz"]) {
  test(
    `a child of ${sample} reads as its parent, takes a guest's writes, and merges back`,
    needs("samples", "qemu-img"),
    async () => {
      await withDisk(sample, async ({ disks, drives, native }) => {
        const before = readFileSync(native(PARENT));
        const expected = content(native(PARENT));
        await disks.makeChild(CHILD, PARENT);
        assert.equal(await disks.isEmpty(CHILD), true);
        assert.equal((await disks.facts(CHILD)).parentPath, PARENT);
        const entropy = new SeededEntropy(9);
        for (const [offset, length] of [
          [512, 512],
          [2 * 1024 * 1024 - 4096, 8192],
          [9 * 1024 * 1024 + 1024, 1024],
        ] as const) {
          const bytes = entropy.bytes(length);
          expected.set(bytes, offset);
          await disks.write(CHILD, { offset, bytes, sameSession: true });
        }
        assert.deepEqual(readFileSync(native(PARENT)), before, "the frozen parent was changed");
        await using childFile = await drives.openToRead(CHILD);
        await using parentFile = await drives.openToRead(PARENT);
        const view = (await openVhd(childFile)).disk((await openVhd(parentFile)).disk());
        const seen = new Uint8Array(view.sizeBytes);
        await view.read(seen, 0);
        assert.equal(digest(seen), digest(expected.subarray(0, seen.length)));
        await disks.merge(CHILD, PARENT);
        assert.equal(digest(content(native(PARENT))), digest(expected));
      });
    },
  );
}

test(
  "libvhdi knows the child as differencing, and its parent's identifier",
  needs("samples", "vhdiinfo"),
  async () => {
    await withDisk("hyperv-dynamic.vhd.gz", async ({ disks, native }) => {
      await disks.makeChild(CHILD, PARENT);
      const child = run("vhdiinfo", [native(CHILD)]);
      const identifier = /Identifier\s*: ([0-9a-f-]{36})/.exec(run("vhdiinfo", [native(PARENT)]))?.[1];
      assert.match(child, /Disk type\s*: Differential/);
      assert.match(child, new RegExp(`Parent identifier\\s*: ${identifier}`));
    });
  },
);

test("7-Zip reads a written child over its parent", needs("samples", "7zz", "qemu-img"), async () => {
  await withDisk("hyperv-dynamic.vhd.gz", async ({ disks, native }) => {
    const expected = content(native(PARENT));
    await disks.makeChild(CHILD, PARENT);
    const bytes = new SeededEntropy(4).bytes(65_536);
    await disks.write(CHILD, { offset: 4096, bytes, sameSession: true });
    expected.set(bytes, 4096);
    const flat = run("sh", ["-c", '7zz e -so -tvhd "$1" 2>/dev/null | sha256sum', "sh", native(CHILD)]);
    assert.equal(flat.split(" ")[0], digest(expected.subarray(0, 10_485_760)));
  });
});

test(
  "`VhdDisks.setParent()` lets a child name another file, and `touchHeaders()` changes no content",
  needs("samples", "qemu-img"),
  async () => {
    await withDisk("hyperv-dynamic.vhd.gz", async ({ disks, drives, native }) => {
      await disks.makeChild(CHILD, PARENT);
      await drives.copy(PARENT, "D:\\Other\\copy.vhd");
      await disks.setParent(CHILD, "D:\\Other\\copy.vhd");
      assert.equal((await disks.facts(CHILD)).parentPath, "D:\\Other\\copy.vhd");
      const [file, guest] = [readFileSync(native(PARENT)), digest(content(native(PARENT)))];
      await disks.touchHeaders(PARENT);
      assert.notDeepEqual(readFileSync(native(PARENT)), file);
      assert.equal(digest(content(native(PARENT))), guest);
    });
  },
);
