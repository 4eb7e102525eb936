import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import { MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { seededBytes } from "../acts/seeded-bytes.ts";
import { DriveFile } from "../drives/drive-file.ts";
import type { ContentFile } from "./content-disk.ts";
import { writeFatDisk } from "./write-fat-disk.ts";

const MADE = Temporal.Instant.from("2026-03-04T05:06:08Z");
const PARTITION = "@@1M";

function contentFile(path: string, bytes: Uint8Array): ContentFile {
  return {
    path,
    modified: MADE,
    sizeBytes: bytes.length,
    read: (target, offset) => target.set(bytes.subarray(offset, offset + target.length)),
  };
}

const TEXT = new TextEncoder().encode("The quick brown fox\r\n".repeat(100));
const FILES = [
  contentFile("README.TXT", TEXT),
  contentFile("empty.log", new Uint8Array(0)),
  contentFile("Documents/Quarterly report of the northern branch.txt", TEXT),
  contentFile("Documents/Quarterly report of the southern branch.txt", TEXT.subarray(0, 100)),
  contentFile("Documents/Old/Änderungen für 2025.txt", TEXT.subarray(0, 1000)),
  contentFile("photos/img0001.jpg", seededBytes(5, 300_001)),
  ...Array.from({ length: 150 }, (_, at) => contentFile(`many/log file number ${at}.csv`, TEXT.subarray(at))),
];

/** A raw image in a temporary folder, written and handed to the check. */
async function withDisk(
  options: { readonly sizeBytes: number; readonly table: "mbr" | "gpt" },
  check: (image: string, placed: Awaited<ReturnType<typeof writeFatDisk>>) => void | Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-fat-"));
  try {
    const image = join(folder, "disk.raw");
    await using disk = await DriveFile.create(image, image);
    await disk.truncate(options.sizeBytes);
    const placed = await writeFatDisk(disk, {
      ...options,
      files: FILES,
      label: "DATA",
      made: MADE,
      entropy: new SeededEntropy(3),
    });
    await check(image, placed);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [name, sizeBytes] of [
  ["FAT16", 64 * MIB],
  ["FAT16 near its limit", 257 * MIB],
  ["FAT32", 300 * MIB],
] as const) {
  test(`fsck.vfat finds nothing wrong with a ${name} volume`, needs("fsck.vfat", "dd"), async () => {
    await withDisk({ sizeBytes, table: "mbr" }, (image) => {
      run("dd", [`if=${image}`, `of=${image}.part`, "bs=1M", "skip=1", "conv=sparse", "status=none"]);
      // the disk is longer than its partition: cut the rest off
      const report = run("fsck.vfat", ["-n", "-v", `${image}.part`]);
      assert.match(report, new RegExp(`2 FATs, ${name.startsWith("FAT16") ? 16 : 32} bit entries`));
      // 156 files, four folders and the label
      assert.match(report, /161 files/);
      assert.doesNotMatch(report, /differ|wrong|Bad|invalid|dirty/i);
    });
  });
}

test("mtools reads every file by its long name", needs("mtype", "mdir", "sha256sum"), async () => {
  await withDisk({ sizeBytes: 64 * MIB, table: "mbr" }, (image) => {
    for (const file of FILES.filter((one) => !one.path.startsWith("many/"))) {
      const bytes = new Uint8Array(file.sizeBytes);
      file.read(bytes, 0);
      const found = run("sh", [
        "-c",
        'LC_ALL=C.UTF-8 mtype -i "$1" "::$2" | sha256sum',
        "sh",
        image + PARTITION,
        file.path,
      ]);
      assert.equal(found.split(" ")[0], createHash("sha256").update(bytes).digest("hex"), file.path);
    }
    // "." and ".." count for mdir
    assert.match(run("mdir", ["-i", image + PARTITION, "::many"]), /152 files/);
    assert.match(run("mdir", ["-i", image + PARTITION, "::"]), /2026-03-04 {3}5:06/);
  });
});

test(
  "sgdisk verifies the GUID partition table, and 7-Zip finds the FAT volume in it",
  needs("sgdisk", "7zz"),
  async () => {
    await withDisk({ sizeBytes: 64 * MIB, table: "gpt" }, (image) => {
      assert.match(run("sgdisk", ["-v", image]), /No problems found/);
      assert.match(run("sgdisk", ["-i", "1", image]), /Microsoft basic data/);
      assert.match(run("7zz", ["l", "-tGPT", image]), /fat/i);
    });
  },
);

test("7-Zip reads the master boot record's one partition", needs("7zz"), async () => {
  await withDisk({ sizeBytes: 300 * MIB, table: "mbr" }, (image) => {
    assert.match(
      run("7zz", ["l", "-tMBR", "-slt", image]),
      /Offset = 1048576[\s\S]*FAT32|FAT32[\s\S]*Offset = 1048576/,
    );
  });
});

test("`writeFatDisk()` says where each file lies", async () => {
  await withDisk({ sizeBytes: 64 * MIB, table: "mbr" }, async (image, placed) => {
    await using disk = await DriveFile.openToRead(image, image);
    for (const [at, { path, offset, sizeBytes }] of placed.entries()) {
      const [found, wanted] = [new Uint8Array(sizeBytes), new Uint8Array(sizeBytes)];
      await disk.read(found, sizeBytes === 0 ? 0 : offset);
      const file = FILES.find((one) => one.path === path);
      file?.read(wanted, 0);
      assert.deepEqual(found, wanted, `${at}: ${path}`);
    }
    assert.equal(placed.length, FILES.length);
  });
});
