import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import { KIB, MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { openVhdx, openVhdxForWriting, VhdxParentMissingError } from "../../formats/vhdx/index.ts";
import { seededBytes } from "../acts/seeded-bytes.ts";
import { writeVhdxChild } from "../disks/vhdx-child.ts";
import { DriveFile } from "../drives/drive-file.ts";
import { makeSmallDisk } from "../testing/scene.ts";
import { guestView } from "./guest-view.ts";

const PIECE = 64 * KIB;

/** The digest as `GuestView` describes it, over a raw image. */
function digestOfRaw(raw: Uint8Array): { readonly sha256: string; readonly contentBytes: number } {
  const hash = createHash("sha256");
  let contentBytes = 0;
  for (let at = 0; at < raw.length; at += PIECE) {
    const piece = raw.subarray(at, at + PIECE);
    if (piece.every((byte) => byte === 0)) continue;
    hash.update(`${at}:`).update(piece);
    contentBytes += piece.length;
  }
  return { sha256: hash.digest("hex"), contentBytes };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-view-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("`guestView()` sees what qemu-img sees in a VHDX", needs("qemu-img"), async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "m.vhdx");
    await makeSmallDisk(path, new SeededEntropy(1));
    const raw = join(folder, "m.raw");
    run("qemu-img", ["convert", "-O", "raw", path, raw]);
    assert.deepEqual(await guestView(path), { ...digestOfRaw(readFileSync(raw)), files: 1 });
  });
});

/** `c.avhdx` beside `m.vhdx`: 3 KiB of it lie across the border of two pieces, one sector hides the parent's. */
async function makeChain(folder: string): Promise<{ readonly child: string; readonly raw: Uint8Array }> {
  const entropy = new SeededEntropy(2);
  const parent = join(folder, "m.vhdx");
  const child = join(folder, "c.avhdx");
  await makeSmallDisk(parent, entropy);
  {
    await using base = await openVhdx(await DriveFile.openToRead(parent, parent));
    await using store = await DriveFile.create(child, child);
    await writeVhdxChild(store, {
      child: "D:\\M\\c.avhdx",
      parent: "D:\\M\\m.vhdx",
      facts: base.facts,
      entropy,
    });
  }
  const raw = new Uint8Array(16 * MIB);
  raw.set(seededBytes(11, MIB), 0); // as `makeSmallDisk` writes them
  raw.set(seededBytes(12, MIB), 8 * MIB);
  const writes = [
    { offset: 4 * MIB + PIECE - KIB, bytes: seededBytes(21, 3 * KIB) },
    { offset: 8 * MIB + 512, bytes: new Uint8Array(512) },
  ];
  await using writer = await openVhdxForWriting(await DriveFile.open(child, child), { entropy });
  for (const { offset, bytes } of writes) {
    await writer.write(bytes, offset);
    raw.set(bytes, offset);
  }
  return { child, raw };
}

test("`guestView()` reads a differencing disk through its parent", async () => {
  await inFolder(async (folder) => {
    const { child, raw } = await makeChain(folder);
    assert.deepEqual(await guestView(child), { ...digestOfRaw(raw), files: 2 });
  });
});

test("`guestView()` refuses a differencing disk whose parent is not there", async () => {
  await inFolder(async (folder) => {
    const { child } = await makeChain(folder);
    await rename(join(folder, "m.vhdx"), join(folder, "elsewhere.vhdx"));
    await assert.rejects(guestView(child), VhdxParentMissingError);
  });
});
