import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Secret } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";
import {
  type RestorePoint,
  type Vault,
  VaultDamagedError,
  VaultPassphraseWrongError,
  VaultTooNewError,
} from "../../src/vault/index.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  openSmallVault,
  someBytes,
} from "../../src/vault/testing/index.ts";

const SEED = 4711;
const HEADER_BYTES = 176; // docs/vault-format.md 5
const TRAILER_BYTES = 56; // docs/vault-format.md 6

describe(`damage to a vault (seed ${SEED})`, () => {
  const storage = new MemoryStorage();
  const disk = someBytes(1, 60_000);
  let vault: Vault;
  let point: RestorePoint;
  let other: RestorePoint;

  before(async () => {
    vault = (await createSmallVault(storage, { chunkBytes: 4096 })).vault;
    point = await backUp(vault, { disk, config: someBytes(2, 50) });
    const db = { id: "00000000-0000-0000-0000-0000000000DB", name: "db01" };
    other = await backUp(vault, { disk: someBytes(3, 5000) }, db);
  });
  after(async () => {
    await vault[Symbol.asyncDispose]();
  });

  /** Turns one bit, has a look, and turns it back. */
  async function withFlippedBit(name: string, at: number, look: () => Promise<void>): Promise<void> {
    const bytes = storage.peek(name);
    const bit = 1 << (at % 8);
    bytes[at] = (bytes[at] as number) ^ bit;
    try {
      await look();
    } finally {
      bytes[at] ^= bit;
    }
  }

  /** All of an object's beginning and end, and a place in each stretch of the rest. */
  function placesIn(size: number): number[] {
    const random = new SeededEntropy(SEED + size);
    const places = new Set<number>();
    for (let at = 0; at < Math.min(size, HEADER_BYTES + 32); at++) places.add(at);
    for (let at = Math.max(0, size - TRAILER_BYTES); at < size; at++) places.add(at);
    for (let at = 0; at < size; at += 512) places.add(Math.min(size - 1, at + random.below(512)));
    return [...places];
  }

  for (const kind of ["config", "keys/", "packs/", "index/", "points/"]) {
    test(`a flipped bit in ${kind} is found by verify`, async () => {
      const names = storage.names().filter((name) => name.startsWith(kind));
      assert.ok(names.length > 0);
      for (const [i, name] of names.entries()) {
        const every = i === 0 ? 1 : 11; // one object of the kind bit by bit, the others here and there
        for (const at of placesIn(storage.peek(name).length).filter((_, k) => k % every === 0)) {
          await withFlippedBit(name, at, async () => {
            const { damaged } = await vault.verify({ readDataPercent: 100 });
            assert.ok(
              damaged.some(({ object }) => object === name),
              `bit ${at % 8} of byte ${at} of ${name}`,
            );
          });
        }
      }
      assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
    });
  }

  test("damaged packs are reported with the restore points and machines that need them", async () => {
    const packs = storage.names().filter((name) => name.startsWith("packs/"));
    const blamed = new Map<string, readonly string[]>();
    for (const name of packs) {
      await withFlippedBit(name, HEADER_BYTES + 200, async () => {
        const { damaged } = await vault.verify({ readDataPercent: 100 });
        assert.equal(damaged.length, 1);
        assert.equal(damaged[0]?.points.length, damaged[0]?.machines.length);
        for (const machine of damaged[0]?.machines ?? []) {
          blamed.set(machine, [...(blamed.get(machine) ?? []), ...(damaged[0]?.points ?? [])]);
        }
      });
    }
    assert.deepEqual(new Set(blamed.get("web01")), new Set([point.id]));
    assert.deepEqual(new Set(blamed.get("db01")), new Set([other.id]));
  });

  test("a restore that meets damage names the object, and writes nothing wrong", async () => {
    const [file] = point.files;
    assert.ok(file !== undefined);
    for (const name of storage.names().filter((each) => /^(packs|index)\//.test(each))) {
      for (const at of placesIn(storage.peek(name).length).filter((_, i) => i % 89 === 0)) {
        await withFlippedBit(name, at, async () => {
          await using again = await openSmallVault(storage);
          try {
            assert.equal(Buffer.compare(await bringBack(again, file), disk), 0);
          } catch (error) {
            assert.ok(error instanceof VaultDamagedError, String(error));
            assert.equal(error.object, name);
          }
        });
      }
    }
  });

  test("a lost or cut object is damage, told with its name", async () => {
    for (const name of storage.names().filter((each) => /^(packs|points)\//.test(each))) {
      const bytes = storage.peek(name).slice();
      for (const left of [
        undefined,
        bytes.subarray(0, 100),
        bytes.subarray(0, bytes.length - 1),
        new Uint8Array(0),
      ]) {
        storage.replace(name, left);
        const { damaged, points } = await vault.verify();
        const isLostPoint = left === undefined && name.startsWith("points/");
        assert.deepEqual(
          damaged.map(({ object }) => object),
          isLostPoint ? [] : [name],
        );
        assert.equal(points, isLostPoint ? 1 : 2);
      }
      storage.replace(name, bytes);
    }
  });

  test("a lost index is made again from the packs", async () => {
    const bare = storage.clone();
    for (const name of bare.names()) if (name.startsWith("index/")) bare.replace(name, undefined);
    await using again = await openSmallVault(bare);
    const [file] = point.files;
    assert.ok(file !== undefined);
    assert.equal(Buffer.compare(await bringBack(again, file), disk), 0);
    const report = await again.verify({ readDataPercent: 100 });
    assert.deepEqual(report.damaged, []);
    assert.equal(report.unreferencedPacks, bare.names().filter((name) => name.startsWith("packs/")).length);
    await backUp(again, { disk });
    await using third = await openSmallVault(bare);
    assert.equal((await third.verify()).unreferencedPacks, 0);
  });

  test("a session stores again what a lost pack had, and older restore points heal", async () => {
    const bare = storage.clone();
    for (const name of bare.names()) if (name.startsWith("packs/")) bare.replace(name, undefined);
    await using again = await openSmallVault(bare);
    assert.ok((await again.verify()).damaged.length > 0);
    await backUp(again, { disk, config: someBytes(2, 50) });
    const [file] = point.files;
    assert.ok(file !== undefined);
    assert.equal(Buffer.compare(await bringBack(again, file), disk), 0);
    await using third = await openSmallVault(bare);
    assert.equal(Buffer.compare(await bringBack(third, file), disk), 0);
  });

  test("`openVault()` tells a wrong passphrase, a damaged slot and a newer version apart", async () => {
    await assert.rejects(
      openSmallVault(storage, { passphrase: new Secret("wrong horse battery staple") }),
      VaultPassphraseWrongError,
    );
    const copy = storage.clone();
    for (const name of copy.names().filter((each) => each.startsWith("keys/"))) {
      copy.replace(name, Buffer.concat([copy.peek(name), Buffer.from(" ")]));
    }
    await assert.rejects(openSmallVault(copy), VaultDamagedError);
    const newer = storage.clone();
    const config = Buffer.from(newer.peek("config")).toString().replace('"version":1', '"version":7');
    newer.replace("config", Buffer.from(config));
    await assert.rejects(openSmallVault(newer), (error) => {
      assert.ok(error instanceof VaultTooNewError);
      assert.deepEqual([error.version, error.newestKnown], [7, 1]);
      assert.match(error.message, /7.*1/);
      return true;
    });
  });
});
