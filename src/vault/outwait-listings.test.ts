import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../base/testing/index.ts";
import { MemoryStorage } from "../storage/testing/index.ts";
import { outwaitListings } from "./outwait-listings.ts";
import { backUp, createSmallVault, HookedClock, LATE_MS, LateStorage, someBytes } from "./testing/index.ts";

test("`outwaitListings()` waits as often as it is told where listings are late, and else not at all", async () => {
  for (const times of [1, 2]) {
    const clock = new FakeClock();
    await outwaitListings(times, { clock, storage: new MemoryStorage() });
    assert.equal(clock.monotonicMs(), 0);
    await outwaitListings(times, { clock, storage: new LateStorage(clock, []) });
    assert.equal(clock.monotonicMs(), times * LATE_MS);
  }
});

test("a prune lists who is awaited twice the time that listings are late behind its list, and restore points as long behind that", async () => {
  const clock = new HookedClock("2026-01-02T00:00:00Z");
  const storage = new LateStorage(clock, []);
  await using vault = (await createSmallVault(storage, { clock })).vault;
  clock.advance(10 * LATE_MS);
  const { id } = await backUp(vault, { disk: someBytes(1, 60_000) });
  await vault.trash(id, { until: Temporal.Instant.from("2020-01-01T00:00:00Z") });
  clock.advance(10 * LATE_MS);
  const at: { readonly what: string; readonly ms: number }[] = [];
  const [put, list] = [storage.put.bind(storage), storage.list.bind(storage)];
  storage.put = async (name, ...rest) => {
    await put(name, ...rest);
    if (name.startsWith("doomed/")) at.push({ what: "put", ms: clock.monotonicMs() });
  };
  storage.list = (prefix, ...rest) => {
    at.push({ what: prefix, ms: clock.monotonicMs() });
    return list(prefix, ...rest);
  };
  await vault.prune({ staleAfterMs: Number.MAX_SAFE_INTEGER });
  const behind = at.slice(at.findIndex(({ what }) => what === "put"));
  const last = (prefix: string): number =>
    behind.findLast(({ what }) => what === prefix)?.ms ?? assert.fail();
  const [putAt] = behind.map(({ ms }) => ms);
  assert.ok(last("leases/") >= (putAt ?? 0) + 2 * LATE_MS, "behind the list");
  assert.ok(last("points/") >= last("leases/") + 2 * LATE_MS, "behind the leases");
});
