import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { parseRestorePointId } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { openVault } from "../open-vault.ts";
import { backUp, createSmallVault, someBytes, TEST_PASSPHRASE } from "../testing/index.ts";
import type { Vault } from "../vault.ts";

/** Counts what is read. */
class CountingStorage extends MemoryStorage {
  points = 0;

  override async get(...[name, options]: Parameters<MemoryStorage["get"]>): Promise<Uint8Array> {
    if (name.startsWith("points/")) this.points++;
    return await super.get(name, options);
  }
}

describe("`points()` of what may be kept", () => {
  let localPoints: string;
  beforeEach(() => {
    localPoints = mkdtempSync(join(tmpdir(), "stillpoint-points-"));
  });
  afterEach(() => {
    rmSync(localPoints, { recursive: true, force: true });
  });

  let seed = 40;
  const open = async (storage: MemoryStorage): Promise<Vault> =>
    await openVault({
      storage,
      clock: new FakeClock("2026-02-01T00:00:00Z"),
      entropy: new SeededEntropy(seed++),
      passphrase: TEST_PASSPHRASE,
      workers: 1,
      localPoints,
    });
  const list = async (storage: MemoryStorage): Promise<readonly string[]> => {
    await using vault = await open(storage);
    return (await Array.fromAsync(vault.points({ mayBeKept: true }))).map(({ id }) => id);
  };
  /** What a program says that keeps nothing. */
  const truth = async (storage: MemoryStorage): Promise<readonly string[]> => {
    await using vault = await open(storage);
    return (await Array.fromAsync(vault.points())).map(({ id }) => id);
  };
  const madeWith = async (
    count: number,
  ): Promise<{ readonly storage: CountingStorage; readonly ids: string[] }> => {
    const storage = new CountingStorage();
    const clock = new FakeClock("2026-01-01T00:00:00Z");
    await using vault = (await createSmallVault(storage, { clock })).vault;
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      clock.advance(60_000);
      ids.push(
        (await backUp(vault, { x: someBytes(i, 300) }, { id: String(i % 3), name: `web${i % 3}` })).id,
      );
    }
    return { storage, ids };
  };
  const objectOf = (storage: MemoryStorage, id: string | undefined): string =>
    storage.names().find((name) => name.startsWith("points/") && name.endsWith(id ?? "?")) ??
    assert.fail("no object");

  test("reads each restore point once, whoever asks again", async () => {
    const { storage, ids } = await madeWith(6);
    storage.points = 0;
    assert.deepEqual(await list(storage), ids);
    assert.equal(storage.points, 6);
    assert.deepEqual(await list(storage), ids);
    assert.equal(storage.points, 6);
    await using vault = await open(storage);
    const said = await Array.fromAsync(vault.points({ machine: "WEB1", mayBeKept: true }));
    assert.deepEqual(said, await Array.fromAsync(vault.points({ machine: "WEB1" })));
    assert.equal(storage.points, 12, "who does not say so reads all");
  });

  test("says what the storage has, whatever came, went, or changed its size since", async () => {
    const { storage, ids } = await madeWith(6);
    await list(storage);
    const kept = new Map(ids.map((id) => [id, storage.peek(objectOf(storage, id))]));
    const names = new Map(ids.map((id) => [id, objectOf(storage, id)]));
    for (let presence = 0; presence < 64; presence++) {
      for (const [i, id] of ids.entries())
        storage.replace(names.get(id) ?? "", presence & (1 << i) ? kept.get(id) : undefined);
      assert.deepEqual(await list(storage), await truth(storage), `those of ${presence.toString(2)}`);
    }
    const [, second = ""] = ids;
    storage.replace(
      names.get(second) ?? "",
      Buffer.concat([kept.get(second) ?? Buffer.alloc(0), Buffer.from("!")]),
    );
    await assert.rejects(list(storage), { code: "vault-damaged" });
    storage.replace(names.get(second) ?? "", kept.get(second));
    assert.deepEqual(await list(storage), ids);
  });

  test("leaves out what is in the trash, and gives it again when it is taken back", async () => {
    const { storage, ids } = await madeWith(4);
    await list(storage);
    const id = parseRestorePointId(ids[1] ?? "") ?? assert.fail("no id");
    await using vault = await open(storage);
    await vault.trash(id, { until: Temporal.Instant.from("2030-01-01T00:00:00Z") });
    assert.deepEqual(
      await list(storage),
      ids.filter((each) => each !== id),
    );
    await vault.takeBack(id);
    assert.deepEqual(await list(storage), ids);
  });

  test("keeps what it had read when nobody wants the rest", async () => {
    const { storage, ids } = await madeWith(6);
    storage.points = 0;
    for (let round = 0; round < 2; round++) {
      await using vault = await open(storage);
      let left = 3;
      for await (const _ of vault.points({ mayBeKept: true })) if (--left === 0) break;
      assert.equal(storage.points, 3, `round ${round}`);
    }
    assert.deepEqual(await list(storage), ids);
    assert.equal(storage.points, 6);
    storage.replace(objectOf(storage, ids[0]), undefined);
    await using vault = await open(storage);
    for await (const _ of vault.points({ mayBeKept: true })) break;
    assert.deepEqual(await list(storage), ids.slice(1));
    assert.equal(storage.points, 6, "the rest was not read again");
  });

  test("does without the file, and makes one that is damaged anew", async () => {
    const { storage, ids } = await madeWith(3);
    await list(storage);
    const [file = ""] = readdirSync(localPoints);
    rmSync(join(localPoints, file));
    assert.deepEqual(await list(storage), ids);
    rmSync(localPoints, { recursive: true });
    assert.deepEqual(await list(storage), ids);
  });

  test("`latest:` takes a machine's newest by what is kept, and reads it", async () => {
    const { storage, ids } = await madeWith(6);
    await list(storage);
    storage.points = 0;
    await using vault = await open(storage);
    assert.equal((await vault.findPoint("latest:web1")).id, ids[4]);
    assert.equal(storage.points, 1);
    const object = objectOf(storage, ids[4]);
    storage.peek(object)[300] = (storage.peek(object)[300] as number) ^ 1;
    await assert.rejects(vault.findPoint("latest:web1"), { code: "vault-damaged" });
  });

  test("`latest:` minds damage that may be newer, and no older one", async () => {
    const { storage, ids } = await madeWith(6);
    const object = objectOf(storage, ids[3]);
    storage.peek(object)[300] = (storage.peek(object)[300] as number) ^ 1;
    await using vault = await open(storage);
    assert.equal((await vault.findPoint("latest:web1")).id, ids[4]);
    assert.equal((await vault.findPoint("latest:2")).id, ids[5]);
    await assert.rejects(vault.findPoint("latest:web0"), { code: "vault-damaged" });
    await assert.rejects(vault.findPoint("latest:nobody"), { code: "vault-damaged" });
  });
});
