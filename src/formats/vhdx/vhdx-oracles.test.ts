import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import { GIB, MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { diskSha256 } from "../../disk/testing/index.ts";
import { checkVhdx } from "./check-vhdx.ts";
import { openVhdx } from "./open-vhdx.ts";

const folder = mkdtempSync(join(tmpdir(), "stillpoint-vhdx-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileSource(path: string): ByteSource {
  const fd = openSync(path, "r");
  const sizeBytes = fstatSync(fd).size;
  return {
    sizeBytes,
    async read(target, offset) {
      assert.ok(offset + target.length <= sizeBytes, "a read behind the end of the file");
      if (target.length > 0) readSync(fd, target, 0, target.length, offset);
    },
    async [Symbol.asyncDispose]() {
      closeSync(fd);
    },
  };
}

function sha256OfFile(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Makes a file with QEMU and writes to it at places of a seed. */
function make(
  name: string,
  options: { size: number; block: number; subformat?: "fixed"; seed: number },
): string {
  const path = join(folder, name);
  const entropy = new SeededEntropy(options.seed);
  const fixed = options.subformat === "fixed" ? ["subformat=fixed", "block_state_zero=off"] : [];
  const settings = [`block_size=${options.block}`, ...fixed].join(",");
  run("qemu-img", ["create", "-q", "-f", "vhdx", "-o", settings, path, String(options.size)]);
  const writes = Array.from({ length: 12 }, () => {
    const length = 512 * (1 + entropy.below(300));
    const offset = 512 * entropy.below((options.size - length) / 512);
    return ["-c", `write -q -P ${1 + entropy.below(255)} ${offset} ${length}`];
  });
  run("qemu-io", ["-f", "vhdx", ...writes.flat(), path]);
  return path;
}

for (const [size, block] of [
  [40 * MIB, MIB],
  [90 * MIB + 512, 2 * MIB],
  [200 * MIB, 32 * MIB],
  [300 * MIB, 256 * MIB],
] as const) {
  test(
    `QEMU's disk with blocks of ${block / MIB} MiB is read as QEMU and 7-Zip read it`,
    needs("qemu-img", "qemu-io", "7zz"),
    async () => {
      const path = make(`${block}.vhdx`, { size, block, seed: block });
      const raw = join(folder, `${block}.raw`);
      run("qemu-img", ["convert", "-f", "vhdx", "-O", "raw", path, raw]);
      const expected = sha256OfFile(raw);
      await using file = await openVhdx(fileSource(path));
      assert.equal(file.facts.blockSizeBytes, block);
      assert.equal(await diskSha256(file.disk()), expected);
      assert.deepEqual(await Array.fromAsync(checkVhdx(fileSource(path))), []);
      if (size % 4096 !== 0) return; // 7-Zip refuses such sizes
      run("sh", ["-c", '7zz e -so -tvhdx "$1" > "$2"', "sh", path, raw]);
      assert.equal(sha256OfFile(raw), expected);
    },
  );
}

test("QEMU's fixed disk is fixed, and its payload is one piece", needs("qemu-img", "qemu-io"), async () => {
  const path = make("fixed.vhdx", { size: 30 * MIB, block: 2 * MIB, subformat: "fixed", seed: 5 });
  await using file = await openVhdx(fileSource(path));
  assert.equal(file.facts.kind, "fixed");
  const payload = await Array.fromAsync(file.layout().payload());
  assert.equal(
    payload.reduce((sum, extent) => sum + extent.length, 0),
    30 * MIB,
  );
});

test(
  "what libvhdi says of a disk is what the facts say",
  needs("qemu-img", "qemu-io", "vhdiinfo"),
  async () => {
    const path = make("info.vhdx", { size: GIB, block: 32 * MIB, seed: 6 });
    const info = run("vhdiinfo", [path]);
    await using file = await openVhdx(fileSource(path));
    assert.match(info, new RegExp(`Identifier\\s*: ${file.facts.dataWriteGuid}`));
    assert.match(info, new RegExp(`\\(${file.facts.virtualSizeBytes} bytes\\)`));
    assert.match(info, /Disk type\s*: Dynamic/);
  },
);
