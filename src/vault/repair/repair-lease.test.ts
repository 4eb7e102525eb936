import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { type RestorePoint, type Vault, VaultSessionLostError } from "../index.ts";
import { backUp, bringBack, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const disk = someBytes(1, 200_000);

/** Another program acts right before the first put below a prefix, once. */
class HookedStorage extends MemoryStorage {
  before: { readonly prefix: string; readonly act: () => Promise<void> } | undefined;

  override async put(...args: Parameters<MemoryStorage["put"]>): Promise<void> {
    const { before } = this;
    if (before !== undefined && args[0].startsWith(before.prefix)) {
      this.before = undefined;
      await before.act();
    }
    await super.put(...args);
  }
}

interface Scene {
  readonly storage: HookedStorage;
  readonly point: RestorePoint;
  /** Of data: no segment names it, and its footer cannot be used. */
  readonly damaged: string;
}

async function scene(): Promise<Scene> {
  const storage = new HookedStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const point = await backUp(vault, { disk });
  for (const name of storage.names()) if (name.startsWith("index/")) storage.replace(name, undefined);
  const packs = storage.names().filter((name) => name.startsWith("packs/"));
  const damaged = packs.sort((a, b) => storage.peek(b).length - storage.peek(a).length)[0] ?? "";
  const bytes = storage.peek(damaged).slice();
  bytes[bytes.length - 10] = (bytes[bytes.length - 10] as number) ^ 4;
  storage.replace(damaged, bytes);
  return { storage, point, damaged };
}

/** By a clock that is a month ahead: every lease is too old. */
async function pruneAhead(storage: MemoryStorage): Promise<void> {
  const clock = new FakeClock();
  clock.advance(30 * 24 * 3_600_000);
  await using vault = await openSmallVault(storage, { seed: 50, clock });
  const { revoked } = await vault.prune();
  assert.equal(revoked.length, 1, "the repair's lease");
}

async function assertWhole(vault: Vault, { id }: RestorePoint): Promise<void> {
  const [file] = (await vault.findPoint(id)).files;
  assert.ok(file !== undefined);
  assert.equal(Buffer.compare(await bringBack(vault, file), disk), 0);
}

function doomed(storage: MemoryStorage): readonly string[] {
  return storage.names().filter((name) => name.startsWith("doomed/"));
}

for (const prefix of ["packs/", "index/"]) {
  test(`\`repair()\` dooms nothing when a prune took its lease away before it put below ${prefix}`, async () => {
    const { storage, point, damaged } = await scene();
    await using vault = await openSmallVault(storage, { seed: 2 });
    storage.before = { prefix, act: async () => await pruneAhead(storage) };
    await assert.rejects(vault.repair({ execute: true }), VaultSessionLostError);
    assert.deepEqual([storage.names().includes(damaged), doomed(storage)], [true, []]);
    await using again = await openSmallVault(storage, { seed: 3 });
    const { lost } = await again.repair({ execute: true });
    assert.deepEqual(lost, []);
    await again.prune();
    assert.ok(!storage.names().includes(damaged));
    await using last = await openSmallVault(storage, { seed: 4 });
    await assertWhole(last, point);
  });
}

test("`repair()` takes its list back when a prune took its lease and what it saved while it put the list", async () => {
  const { storage, point, damaged } = await scene();
  await using vault = await openSmallVault(storage, { seed: 2 });
  await vault.trash(point.id, { until: PAST }); // so that the prune takes what was saved
  storage.before = { prefix: "doomed/", act: async () => await pruneAhead(storage) };
  await assert.rejects(vault.repair({ execute: true }), { code: "vault-session-lost" });
  assert.deepEqual([storage.names().includes(damaged), doomed(storage)], [true, []]);
});

test("`repair()` ends well when a prune took its lease while it put its list, and left what it saved", async () => {
  const { storage, point, damaged } = await scene();
  await using vault = await openSmallVault(storage, { seed: 2 });
  storage.before = { prefix: "doomed/", act: async () => await pruneAhead(storage) };
  const { lost, doomed: goes } = await vault.repair({ execute: true });
  assert.deepEqual([lost, goes, doomed(storage).length], [[], [damaged], 1]);
  await vault.prune();
  assert.ok(!storage.names().includes(damaged));
  await using last = await openSmallVault(storage, { seed: 4 });
  await assertWhole(last, point);
});

test("`repair()` dooms no pack that came after it listed the sessions: one that is open may have put it", async () => {
  const { storage, damaged } = await scene();
  const late = `packs/ab/${"ab".repeat(32)}`;
  await using vault = await openSmallVault(storage, { seed: 2 });
  const list = storage.list.bind(storage);
  storage.list = (prefix, ...rest) => {
    if (prefix === "doomed/") storage.replace(late, storage.peek(damaged).slice(0, 5000));
    return list(prefix, ...rest);
  };
  const report = await vault.repair({ execute: true });
  assert.ok(
    report.packs.some(({ object }) => object === late),
    "it was met",
  );
  assert.deepEqual([report.waitingFor, report.doomed], [[], [damaged]]);
});
