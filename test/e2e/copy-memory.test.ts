import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { test } from "node:test";
import { MIB, Secret, systemClock, systemEntropy } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { openLocalStorage } from "../../src/storage/index.ts";
import { createVault } from "../../src/vault/index.ts";
import { CHEAP_KDF } from "../../src/vault/testing/index.ts";
import { FolderWorkplace } from "../testing/folder-workplace.ts";
import { needs } from "../testing/oracles.ts";
import { PASSPHRASE } from "../testing/stillpoint.ts";

const CHUNK = 4096;
/** Of the smaller and of the larger disk: 16,384 and 49,152 chunks. */
const MIB_OF_NOISE = [64, 192] as const;
/** The larger disk has 128 MiB more, which no copy may gather. */
const MOST_GROWTH_MIB = 96;

async function newVault(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await using storage = await openLocalStorage(folder);
  const made = await createVault({
    storage,
    clock: systemClock,
    entropy: systemEntropy,
    chunkBytes: CHUNK,
    passphrase: new Secret(PASSPHRASE),
    kdf: CHEAP_KDF,
    workers: 1,
  });
  await made.vault[Symbol.asyncDispose]();
}

test("a copy of more chunks takes little more memory, whatever is in them", {
  ...needs("/usr/bin/time"),
  timeout: 120_000,
}, async (context) => {
  const peaks: number[] = [];
  for (const size of MIB_OF_NOISE) {
    using place = new FolderWorkplace();
    const noise = new SeededEntropy(size);
    await newVault(place.path("vault"));
    await newVault(place.path("second"));
    place.write("web01/web01.vhd", noise.bytes(size * MIB));
    await place.backUp();
    const report = place.path("peak");
    const to = ["--to-vault", place.path("second"), "--to-passphrase-file", place.passphraseFile];
    const said = await place.run(["copy", "--all", ...place.vault(), ...to], {
      under: ["/usr/bin/time", "-f", "%M", "-o", report],
    });
    assert.equal(said.code, 0, said.text);
    const [copy] = said.summary["copied"] as readonly { readonly bytesNew: number }[];
    assert.equal(copy?.bytesNew, size * MIB);
    peaks.push(Number(readFileSync(report, "utf8")) / 1024);
  }
  const [small, large] = peaks as [number, number];
  context.diagnostic(`resident MiB: ${small.toFixed(0)} and ${large.toFixed(0)}`);
  assert.ok(small > 0 && large - small < MOST_GROWTH_MIB, `${small} MiB, then ${large} MiB`);
});
