import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { parseVaultAddress } from "../vault-address.ts";
import { openVaultScratch, openVaultStorage } from "./open-vault-storage.ts";

const NAMES = ["STILLPOINT_S3_ACCESS_KEY", "STILLPOINT_S3_SECRET", "STILLPOINT_BANDWIDTH"];

describe("openVaultStorage()", () => {
  const world = { clock: new FakeClock(), entropy: new SeededEntropy(1) };
  const saved = new Map(NAMES.map((name) => [name, process.env[name]]));
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stillpoint-vault-storage-"));
    for (const name of NAMES) delete process.env[name];
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  test("opens a folder, and makes it only when it may", async () => {
    const place = parseVaultAddress(join(folder, "vault"));
    await assert.rejects(openVaultStorage(place, { world }), { code: "storage-missing" });
    await using storage = await openVaultStorage(place, { world, create: true });
    await storage.put("a", [Buffer.from("x")]);
    await using scratch = await openVaultScratch(place, { world });
    assert.deepEqual(await Array.fromAsync(scratch.one.list("")), []);
  });

  test("keeps to the bandwidth of the environment, and refuses a rule that is none", async () => {
    process.env["STILLPOINT_BANDWIDTH"] = "1KiB";
    const clock = new FakeClock();
    const place = parseVaultAddress(folder);
    await using storage = await openVaultStorage(place, { world: { ...world, clock } });
    await storage.put("a", [new Uint8Array(2048)]);
    await storage.put("b", [new Uint8Array(2048)]);
    assert.equal(clock.monotonicMs(), 2000);
    process.env["STILLPOINT_BANDWIDTH"] = "fast";
    await assert.rejects(openVaultStorage(place, { world }), { code: "bandwidth-rule-invalid" });
  });

  test("refuses half of a key for a bucket", async () => {
    process.env["STILLPOINT_S3_ACCESS_KEY"] = "ACCESS";
    const place = parseVaultAddress("s3+http://127.0.0.1:9/vaults/x");
    await assert.rejects(openVaultStorage(place, { world }), { code: "usage" });
    await assert.rejects(openVaultScratch(place, { world }), { code: "usage" });
  });
});
