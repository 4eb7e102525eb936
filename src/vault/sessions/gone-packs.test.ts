import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { openVault, type StoredFile, type Vault, VaultSessionLostError } from "../index.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  openSmallVault,
  someBytes,
  TEST_PASSPHRASE,
} from "../testing/index.ts";

const disk = someBytes(7, 200_000);

/** A vault that is too large for its packs to be listed whenever a session opens, with its index in the folder. */
async function openLarge(storage: MemoryStorage, folder: string, seed: number): Promise<Vault> {
  return await openVault({
    storage,
    clock: new FakeClock("2026-01-02T00:00:00Z"),
    entropy: new SeededEntropy(seed),
    passphrase: TEST_PASSPHRASE,
    workers: 1,
    localIndex: { folder, memoryBytes: 0, packsListed: 0 },
  });
}

test("a session of a large vault commits nothing that relies on packs which only segments still name", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-gone-"));
  using cleanup = new DisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  const storage = new MemoryStorage();
  await (await createSmallVault(storage)).vault[Symbol.asyncDispose]();
  {
    await using vault = await openLarge(storage, folder, 10);
    await backUp(vault, { disk });
  }
  {
    await using again = await openLarge(storage, folder, 11);
    const packs = storage.names().filter((name) => name.startsWith("packs/")).length;
    await backUp(again, { disk });
    assert.equal(storage.names().filter((name) => name.startsWith("packs/")).length, packs, "all was known");
  }
  // as a prune without room leaves it: packs are gone, the segments that name them stay
  for (const name of storage.names()) if (name.startsWith("packs/")) storage.replace(name, undefined);
  {
    await using vault = await openLarge(storage, folder, 12);
    const before = storage.names().filter((name) => name.startsWith("points/"));
    await assert.rejects(backUp(vault, { disk }), VaultSessionLostError);
    assert.deepEqual(
      storage.names().filter((name) => name.startsWith("points/")),
      before,
    );
  }
  await using vault = await openLarge(storage, folder, 13);
  const point = await backUp(vault, { disk });
  await using reader = await openSmallVault(storage, { seed: 14 });
  const [file] = (await reader.findPoint(point.id)).files;
  assert.equal(Buffer.compare(await bringBack(reader, file as StoredFile), disk), 0);
});

test("a session of a large vault looks for few packs one by one, and lists where it relies on many", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-gone-"));
  using cleanup = new DisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  const inner = new MemoryStorage();
  const asked: string[] = [];
  const storage = new Proxy(inner, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]) => {
        if (typeof args[0] === "string" && args[0].startsWith("packs/"))
          asked.push(`${String(key)} ${args[0]}`);
        return Reflect.apply(value, target, args);
      };
    },
  });
  await (await createSmallVault(storage)).vault[Symbol.asyncDispose]();
  for (let seed = 20; seed < 23; seed++) {
    await using vault = await openLarge(storage, folder, seed);
    await backUp(vault, { disk });
  }
  const packs = inner.names().filter((name) => name.startsWith("packs/"));
  asked.length = 0;
  await using vault = await openLarge(storage, folder, 23);
  await backUp(vault, { disk });
  const stats = asked.filter((each) => each.startsWith("stat "));
  assert.ok(stats.length >= 1 && stats.length <= packs.length, asked.join());
  assert.ok(
    asked.every((each) => !each.endsWith(" packs/")),
    "never all packs at once",
  );
});
