import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import { guid } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { diskContract, diskSha256, joinedExtents, PoisoningSource } from "../../disk/testing/index.ts";
import { makeVhd } from "./testing/index.ts";
import { openVhd } from "./vhd-file.ts";

const KIB = 1024;
const PARENT_ID = guid("11111111-2222-4333-8444-555555555555");
/** Ends inside a block, and behind the end of the parent, which is 3 MiB unless a test says otherwise. */
const SIZE = 5 * 1024 * KIB + 512;

function pair(
  granularity: number,
  parentSize = 3 * 1024 * KIB,
): { parent: Uint8Array; child: Uint8Array; expected: Uint8Array } {
  const random = new SeededEntropy(4711);
  const expected = new Uint8Array(SIZE);
  const pattern = (count: number, size: number): { offset: number; bytes: Uint8Array }[] =>
    Array.from({ length: count }, () => {
      const bytes = random.bytes(granularity * (1 + random.below(20)));
      const offset = granularity * random.below(Math.floor((size - bytes.length) / granularity));
      const blockEnd = (Math.floor(offset / (2048 * KIB)) + 1) * 2048 * KIB;
      const cut = bytes.subarray(0, Math.min(bytes.length, blockEnd - offset));
      expected.set(cut, offset);
      return { offset, bytes: cut };
    });
  const parent = makeVhd({ sizeBytes: parentSize, uniqueId: PARENT_ID, writes: pattern(12, parentSize) });
  const child = makeVhd({
    sizeBytes: SIZE,
    writes: pattern(12, SIZE),
    parent: { id: PARENT_ID, name: "parent.vhd", relativePath: ".\\parent.vhd" },
  });
  return { parent, child, expected };
}

test("`VhdFile.disk()` mixes a child's sectors with its parent's, sector by sector", async () => {
  const { parent, child, expected } = pair(512);
  const below = (await openVhd(new MemoryStore(parent))).disk();
  const file = await openVhd(new MemoryStore(child));
  assert.equal(file.facts.parent?.relativePath, ".\\parent.vhd");
  assert.equal(file.facts.parent?.parentName, "parent.vhd");
  const disk = file.disk(below);
  const all = new Uint8Array(SIZE);
  await disk.read(all, 0);
  assert.deepEqual(all, expected);
  const random = new SeededEntropy(1);
  for (let n = 0; n < 300; n++) {
    const offset = random.below(SIZE);
    const part = new Uint8Array(random.below(Math.min(5000, SIZE - offset)));
    await disk.read(part, offset);
    assert.deepEqual(part, expected.subarray(offset, offset + part.length));
  }
  await assert.rejects(disk.read(new Uint8Array(513), SIZE - 512), { code: "source-ended" });
});

test("`VhdFile.disk()` calls only sectors zero that read as zeros", async () => {
  const { parent, child, expected } = pair(512);
  const disk = (await openVhd(new MemoryStore(child))).disk((await openVhd(new MemoryStore(parent))).disk());
  const extents = await joinedExtents(disk);
  const zero = extents.filter((extent) => extent.kind === "zero");
  assert.ok(zero.length > 0 && extents.length > zero.length);
  for (const { offset, length } of zero) {
    assert.ok(expected.subarray(offset, offset + length).every((byte) => byte === 0));
  }
});

test("`VhdFile.disk()` reads a chain as 7-Zip and libvhdi do", needs("7zz", "vhdiinfo"), async () => {
  // libvhdi mixes up sectors when a run does not begin and end at a multiple of eight: so these do
  const { parent, child } = pair(4096, SIZE);
  const folder = mkdtempSync(join(tmpdir(), "vhd-"));
  try {
    writeFileSync(join(folder, "parent.vhd"), parent);
    writeFileSync(join(folder, "child.vhd"), child);
    run("sh", ["-c", "7zz e -so -tvhd child.vhd > child.raw"], { cwd: folder });
    const below = (await openVhd(new MemoryStore(parent))).disk();
    const ours = await diskSha256((await openVhd(new MemoryStore(child))).disk(below));
    assert.equal(ours, run("sha256sum", ["child.raw"], { cwd: folder }).slice(0, 64));
    const script = `import pyvhdi, hashlib
p = pyvhdi.open("parent.vhd"); c = pyvhdi.open("child.vhd"); c.set_parent(p)
print(hashlib.sha256(c.read_buffer_at_offset(c.get_media_size(), 0)).hexdigest())`;
    assert.equal(ours, run("/usr/bin/python3", ["-c", script], { cwd: folder }).trim());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

for (const blockSizeBytes of [65_536, 512 * KIB, 2048 * KIB]) {
  diskContract(`a dynamic VHD with blocks of ${blockSizeBytes} bytes`, async () => {
    const content = new Uint8Array(3 * 1024 * KIB + 3 * 512);
    const random = new SeededEntropy(51);
    const writes = [0, 700 * 512, content.length - 1024].map((offset) => {
      const bytes = random.bytes(1024);
      content.set(bytes, offset);
      return { offset, bytes };
    });
    const bytes = makeVhd({ sizeBytes: content.length, blockSizeBytes, writes });
    const file = await openVhd(new PoisoningSource(new MemoryStore(bytes)));
    return { disk: file.disk(), content };
  });
}
