// A disk with bad sectors says so: it gives an error, and no wrong bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageUnreadableError } from "../../storage/index.ts";
import { BadSectors, MemoryStorage } from "../../storage/testing/index.ts";
import { type RestorePoint, scrubVault } from "../index.ts";
import { backUp, bringBack, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";

const DISK = someBytes(1, 3_000_000);
const TRAILER_BYTES = 56; // docs/vault-format.md 6

interface Scene {
  readonly inner: MemoryStorage;
  readonly storage: BadSectors;
  readonly point: RestorePoint;
  readonly pack: string;
  readonly packBytes: number;
}

async function scene(options: { readonly parity?: true } = {}): Promise<Scene> {
  const inner = new MemoryStorage();
  await using vault = (await createSmallVault(inner, { chunkBytes: 65_536, ...options })).vault;
  const point = await backUp(vault, { disk: DISK });
  const size = (name: string): number => inner.peek(name).length;
  const [pack = ""] = inner
    .names()
    .filter((name) => name.startsWith("packs/"))
    .sort((a, b) => size(b) - size(a));
  return { inner, storage: new BadSectors(inner), point, pack, packBytes: size(pack) };
}

test("`verify()` goes on past a bad sector, strikes one frame, and the next backup heals it", async () => {
  const { storage, point, pack, packBytes } = await scene();
  storage.spoil(pack, Math.floor(packBytes / 2));
  {
    await using vault = await openSmallVault(storage, { seed: 3 });
    const { damaged } = await vault.verify({ readDataPercent: 100, keepFindings: true });
    assert.deepEqual(
      damaged.map(({ object, machines }) => [object, machines]),
      [[pack, ["web01"]]],
    );
    assert.match(damaged[0]?.what ?? "", /^1 of its \d+ frames/);
    const { lost } = await vault.repair({ execute: true });
    assert.deepEqual(
      lost.map(({ id }) => id),
      [point.id],
    );
    assert.ok((lost[0]?.lostBytes ?? 0) <= 512 * 1024, "a frame holds no more");
  }
  await using vault = await openSmallVault(storage, { seed: 4 });
  await backUp(vault, { disk: DISK });
  await using healed = await openSmallVault(storage, { seed: 5 });
  const back = await bringBack(healed, (await healed.findPoint(point.id)).files[0] as never);
  assert.equal(Buffer.compare(back, DISK), 0);
});

test("parity mends what bad sectors took, and scrub says so without a key", async () => {
  const { storage, inner, point, pack, packBytes } = await scene({ parity: true });
  storage.spoil(pack, 40);
  storage.spoil(pack, Math.floor(packBytes / 2));
  storage.spoil(pack.replace("packs/", "parity/"), inner.peek(pack.replace("packs/", "parity/")).length + 5); // of no use to anybody
  const { damaged } = await scrubVault({ storage });
  assert.deepEqual(
    damaged.map(({ object, what, isMendable }) => [object, what, isMendable]),
    [[pack, "the storage cannot read it", true]],
  );
  await using vault = await openSmallVault(storage, { seed: 3 });
  await vault.verify({ readDataPercent: 100, keepFindings: true });
  const { lost, packs } = await vault.repair({ execute: true });
  assert.deepEqual([lost, packs.map(({ isMended }) => isMended)], [[], [true]]);
  await using mended = await openSmallVault(storage, { seed: 4 });
  const back = await bringBack(mended, (await mended.findPoint(point.id)).files[0] as never);
  assert.equal(Buffer.compare(back, DISK), 0);
});

test("`repair()` dooms nothing that nobody could read: it may be sound, and be read another day", async () => {
  const { storage, inner, point, pack, packBytes } = await scene();
  const segments = inner.names().filter((name) => name.startsWith("index/"));
  for (const segment of segments) storage.spoil(segment, 10);
  storage.spoil(pack, packBytes - TRAILER_BYTES + 1);
  await using vault = await openSmallVault(storage, { seed: 3 });
  const report = await vault.repair({ execute: true });
  assert.deepEqual([report.segments, report.doomed], [segments, []]);
  assert.ok((report.lost[0]?.lostBytes ?? 0) <= 512 * 1024, "the last frame, if it is in the sector");
  assert.deepEqual(
    report.packs.map(({ object, framesRead }) => [object, framesRead > 3]),
    [[pack, true]],
  );
  await vault.prune();
  for (const name of [...segments, pack]) assert.ok(inner.names().includes(name), name);
  await using other = await openSmallVault(inner, { seed: 4 }); // it was the cable
  const back = await bringBack(other, (await other.findPoint(point.id)).files[0] as never);
  assert.equal(Buffer.compare(back, DISK), 0);
});

test("`repair()` dooms nothing that nobody could read at first, and that can be read when it looks again", async () => {
  const { inner, point, pack } = await scene();
  const before = new Set(inner.names());
  {
    await using vault = await openSmallVault(inner, { seed: 2 });
    await backUp(vault, { other: someBytes(9, 200_000) });
  }
  const size = (name: string): number => inner.peek(name).length;
  const [lists = ""] = inner
    .names()
    .filter((name) => name.startsWith("packs/") && !before.has(name))
    .sort((a, b) => size(a) - size(b));
  const gone = inner.peek(lists).slice();
  const segments = inner.names().filter((name) => name.startsWith("index/"));
  await using vault = await openSmallVault(inner, { seed: 3 });
  const [get, list] = [inner.get.bind(inner), inner.list.bind(inner)];
  inner.get = async (name, ...rest) => {
    if (name === pack || segments.includes(name))
      throw new StorageUnreadableError(`Cannot read "${name}": the disk does not give it (EIO)`);
    return await get(name, ...rest);
  };
  inner.list = (prefix, ...rest) => {
    if (prefix === "points/") {
      inner.get = get; // it was the cable
      inner.replace(lists, undefined); // so that it looks again
    }
    return list(prefix, ...rest);
  };
  const report = await vault.repair({ execute: true });
  assert.deepEqual([report.doomed, report.lost.length], [[], 1]);
  inner.list = list;
  inner.replace(lists, gone); // a prune goes on past nothing that it misses
  await vault.prune();
  assert.ok(inner.names().includes(pack));
  await using other = await openSmallVault(inner, { seed: 4 });
  const back = await bringBack(other, (await other.findPoint(point.id)).files[0] as never);
  assert.equal(Buffer.compare(back, DISK), 0);
});

test("a restore that meets a bad sector writes it down, and the next backup heals it", async () => {
  const { storage, inner, point, pack, packBytes } = await scene();
  storage.spoil(pack, Math.floor(packBytes / 2));
  {
    await using vault = await openSmallVault(storage, { seed: 3 });
    const [file] = (await vault.findPoint(point.id)).files;
    await assert.rejects(bringBack(vault, file as never), { code: "vault-damaged", object: pack });
    assert.ok(await vault.keepFindings());
    assert.equal(inner.names().filter((name) => name.startsWith("damaged/")).length, 1);
  }
  await using vault = await openSmallVault(storage, { seed: 4 });
  await backUp(vault, { disk: DISK });
  await using healed = await openSmallVault(storage, { seed: 5 });
  const back = await bringBack(healed, (await healed.findPoint(point.id)).files[0] as never);
  assert.equal(Buffer.compare(back, DISK), 0);
});
