import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { createVhdx, openVhdxForWriting } from "../../src/formats/vhdx/index.ts";
import { localFiles } from "../../src/places/index.ts";
import { needs } from "../testing/oracles.ts";
import { Workplace } from "../testing/stillpoint.ts";

const MIB = 1 << 20;
const CONTENT_MIB = 200;
const MOST_RESIDENT_MIB = 320;

/** 200 MiB that nothing compresses, in ten places all over a disk of 1 TiB. */
async function makeDisk(path: string): Promise<void> {
  const entropy = new SeededEntropy(1024);
  await using store = await localFiles().create(path);
  await createVhdx(store, { kind: "dynamic", virtualSizeBytes: 2 ** 40, entropy });
  await using disk = await openVhdxForWriting(store, { entropy });
  const piece = new Uint32Array(MIB / 4);
  for (let i = 0; i < CONTENT_MIB; i++) {
    for (let word = 0; word < piece.length; word++) piece[word] = entropy.next();
    await disk.write(new Uint8Array(piece.buffer), (i % 10) * 100 * 1024 * MIB + Math.floor(i / 10) * MIB);
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path, { highWaterMark: 4 * MIB }))
    hash.update(bytes as Uint8Array);
  return hash.digest("hex");
}

/** GNU time writes its report behind the program's own words. */
function resident(report: string): number {
  const kib = /Maximum resident set size \(kbytes\): (\d+)/.exec(readFileSync(report, "utf8"))?.[1];
  return Number(kib) / 1024;
}

test(
  "a 1 TiB dynamic disk with 200 MiB of content is backed up and restored in bounded memory",
  needs("/usr/bin/time"),
  async (t) => {
    using place = new Workplace();
    mkdirSync(place.path("machines/big"), { recursive: true });
    const disk = place.path("machines/big/big.vhdx");
    await makeDisk(disk);
    assert.equal((await place.run(["vault", "init", ...place.vault()])).code, 0);
    const timed = (name: string): readonly string[] => ["/usr/bin/time", "-v", "-o", place.path(name)];

    const saved = await place.run(
      ["backup", "--host", `folder:${place.path("machines")}`, "--all", ...place.vault()],
      { under: timed("backup.time") },
    );
    assert.equal(saved.code, 0, saved.text.slice(-2000));
    const restored = await place.run(
      ["restore", "latest:big", "--exact", "--to-folder", place.path("back"), ...place.vault()],
      { under: timed("restore.time") },
    );
    assert.equal(restored.code, 0, restored.text.slice(-2000));

    const peaks = [resident(place.path("backup.time")), resident(place.path("restore.time"))];
    t.diagnostic(`resident MiB: backup ${peaks[0]?.toFixed(0)}, restore ${peaks[1]?.toFixed(0)}`);
    for (const peak of peaks) assert.ok(peak > 0 && peak < MOST_RESIDENT_MIB, `${peak} MiB`);
    assert.equal(await sha256(place.path("back/big/big.vhdx")), await sha256(disk));
    const blocks = statSync(place.path("back/big/big.vhdx")).blocks * 512;
    assert.ok(blocks < 2 * CONTENT_MIB * MIB, `the restored file takes ${blocks} bytes on disk`);
  },
);
