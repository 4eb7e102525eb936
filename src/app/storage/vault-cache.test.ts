import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { temporaryFolder } from "../../places/testing/index.ts";
import { RecordingStorage } from "../../storage/testing/index.ts";
import { withVaultCache } from "./vault-cache.ts";

const world = { clock: new FakeClock(), entropy: new SeededEntropy(1) };
const bytes = [Buffer.from("x")];

describe("withVaultCache()", () => {
  afterEach(() => {
    delete process.env["STILLPOINT_CACHE"];
  });

  test("keeps restore points below the state folder, and nothing that changes", async () => {
    await using state = await temporaryFolder();
    const inner = new RecordingStorage();
    await using storage = await withVaultCache(inner, { world, stateDir: state.path });
    const names = ["points/a", "config", "leases/a", "doomed/a", "trash/a", "packs/ab/a"];
    for (const name of names) await storage.put(name, bytes);
    for (const name of names) await storage.get(name);
    assert.equal(inner.reads, names.length - 1);
    const [place = ""] = readdirSync(join(state.path, "cache"));
    assert.deepEqual(readdirSync(join(state.path, "cache", place, "objects")), ["points+a"]);
  });

  test("keeps nothing when it is off, and refuses a size that is none", async () => {
    await using state = await temporaryFolder();
    process.env["STILLPOINT_CACHE"] = "off";
    const inner = new RecordingStorage();
    assert.equal(await withVaultCache(inner, { world, stateDir: state.path }), inner);
    process.env["STILLPOINT_CACHE"] = "much";
    await assert.rejects(withVaultCache(inner, { world, stateDir: state.path }), { code: "usage" });
    assert.equal(existsSync(join(state.path, "cache")), false);
  });

  test("goes without where there can be no state folder", async () => {
    await using state = await temporaryFolder();
    writeFileSync(join(state.path, "file"), "");
    const inner = new RecordingStorage();
    assert.equal(await withVaultCache(inner, { world, stateDir: join(state.path, "file/below") }), inner);
  });
});
