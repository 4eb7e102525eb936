import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { InterruptedError } from "../base/index.ts";
import { FakeClock } from "../base/testing/index.ts";
import { parseBandwidthRule } from "./bandwidth-rule.ts";
import { LimitedStorage } from "./limited-storage.ts";
import { openLocalStorage } from "./local/open-local-storage.ts";
import type { Storage } from "./storage.ts";
import { MemoryStorage, storageContract } from "./testing/index.ts";

const MIB = 1024 * 1024;

function limited(rule: string, clock: FakeClock, timeZone = "UTC"): LimitedStorage {
  return new LimitedStorage(new MemoryStorage(), { clock, rule: parseBandwidthRule(rule), timeZone });
}

const places = new Map<string, MemoryStorage>();
storageContract(
  "LimitedStorage",
  async (place) => {
    const store = places.get(place) ?? new MemoryStorage();
    places.set(place, store);
    const options = { clock: new FakeClock(), rule: parseBandwidthRule("1Mbit"), timeZone: "UTC" };
    return new LimitedStorage(store, options);
  },
  { conditionalCreate: true, objectLock: false, latency: "disk" },
);

describe("LimitedStorage", () => {
  test("holds the rate over some objects; the first goes at once", async () => {
    const clock = new FakeClock();
    const store = limited("2MiB", clock);
    for (let i = 0; i < 5; i++) await store.put(`p/${i}`, [new Uint8Array(MIB), new Uint8Array(MIB)]);
    assert.equal(clock.monotonicMs(), 4_000);
  });

  test("holds the rate when many come at the same time", async () => {
    const clock = new FakeClock();
    const store = limited("1MiB", clock);
    const puts = Array.from({ length: 8 }, async (_, i) => await store.put(`p/${i}`, [new Uint8Array(MIB)]));
    await Promise.all(puts);
    assert.equal(clock.monotonicMs(), 7_000);
  });

  test("has no drafts: these would not be counted", async () => {
    const folder = await mkdtemp(join(tmpdir(), "stillpoint-limited-"));
    try {
      await using inner = await openLocalStorage(folder);
      const options = { clock: new FakeClock(), rule: parseBandwidthRule("1MiB"), timeZone: "UTC" };
      const store: Storage = new LimitedStorage(inner, options);
      assert.deepEqual(["draft" in inner, "draft" in store], [true, false]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("counts what is read too, and each direction by itself", async () => {
    const clock = new FakeClock();
    const store = limited("1MiB", clock);
    await store.put("a", [new Uint8Array(MIB)]);
    await store.get("a");
    assert.equal(clock.monotonicMs(), 0);
    await store.get("a", { length: MIB / 2 });
    assert.equal(clock.monotonicMs(), 1_000);
    await store.get("a", { length: 1 });
    assert.equal(clock.monotonicMs(), 1_500);
  });

  test("lets time that passed count, but nobody save up", async () => {
    const clock = new FakeClock();
    const store = limited("1MiB", clock);
    await store.put("a", [new Uint8Array(MIB)]);
    clock.advance(3_600_000);
    await store.put("b", [new Uint8Array(MIB)]);
    await store.put("c", [new Uint8Array(MIB)]);
    assert.equal(clock.monotonicMs(), 3_601_000);
  });

  test("keeps to the hours of its time zone, also when one begins while a call waits", async () => {
    const clock = new FakeClock("2026-07-01T15:59:00Z"); // 17:59 in Berlin
    const store = limited("08:00-18:00=8kbit,else=unlimited", clock, "Europe/Berlin");
    await store.put("a", [new Uint8Array(MIB)]);
    await store.put("b", [new Uint8Array(MIB)]); // at 1,000 bytes a second it would wait 17 minutes
    assert.equal(clock.monotonicMs(), 60_000);
    await store.put("c", [new Uint8Array(MIB)]);
    assert.equal(clock.monotonicMs(), 60_000);
  });

  test("is interrupted while it waits, and lets the next pass", async () => {
    const clock = new FakeClock();
    const store = limited("1MiB", clock);
    await store.put("a", [new Uint8Array(MIB)]);
    await assert.rejects(
      store.put("b", [new Uint8Array(1)], { signal: AbortSignal.abort() }),
      InterruptedError,
    );
    assert.equal(await store.stat("b"), undefined);
    await store.put("c", [new Uint8Array(1)]);
    assert.equal(clock.monotonicMs(), 1_000);
  });
});
