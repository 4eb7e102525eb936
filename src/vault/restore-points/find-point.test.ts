import assert from "node:assert/strict";
import { test } from "node:test";
import { type Guid, Secret } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import {
  createVault,
  PointAmbiguousError,
  PointNotFoundError,
  type RestorePoint,
  VaultDamagedError,
} from "../index.ts";
import { backUp, CHEAP_KDF, someBytes } from "../testing/index.ts";

const WEB = { id: "11111111-0000-0000-0000-0000000000AA", name: "web01" };
const DB = { id: "22222222-0000-0000-0000-0000000000BB", name: "db01" };
const OTHER_WEB = { id: "33333333-0000-0000-0000-0000000000CC", name: "WEB01" };

async function vaultWith(machines: readonly (typeof WEB)[]) {
  const storage = new MemoryStorage();
  const clock = new FakeClock();
  const passphrase = new Secret("correct horse battery staple");
  const entropy = new SeededEntropy(6);
  const { vault } = await createVault({ storage, clock, entropy, passphrase, kdf: CHEAP_KDF, workers: 1 });
  const points: RestorePoint[] = [];
  for (const [i, machine] of machines.entries()) {
    clock.advance(60_000);
    points.push(await backUp(vault, { disk: someBytes(i, 500) }, machine));
  }
  return { storage, vault, points };
}

test("`findPoint()` takes an id, a unique prefix of one, and the latest of a machine by name or id", async () => {
  const { vault, points } = await vaultWith([WEB, DB, WEB, DB]);
  await using _ = vault;
  const [first, , third, fourth] = points as [RestorePoint, RestorePoint, RestorePoint, RestorePoint];
  assert.deepEqual(await vault.findPoint(first.id), first);
  assert.equal((await vault.findPoint(first.id.slice(0, 8).toUpperCase())).id, first.id);
  assert.equal((await vault.findPoint("latest:web01")).id, third.id);
  assert.equal((await vault.findPoint("latest:WEB01")).id, third.id);
  assert.equal((await vault.findPoint(`latest:${DB.id.toLowerCase()}`)).id, fourth.id);
});

test("`findPoint()` refuses what names nothing, and what names several", async () => {
  const { vault, points, storage } = await vaultWith([WEB, OTHER_WEB]);
  await using _ = vault;
  for (const nothing of ["latest:nobody", "ffffffff", "", "abc", "latest:"]) {
    await assert.rejects(vault.findPoint(nothing), PointNotFoundError, nothing);
  }
  await assert.rejects(vault.findPoint("latest:web01"), (error) => {
    assert.ok(error instanceof PointAmbiguousError);
    assert.ok(error.message.includes(WEB.id) && error.message.includes(OTHER_WEB.id), error.message);
    return true;
  });
  assert.equal((await vault.findPoint(`latest:${WEB.id}`)).id, points[0]?.id);
  const name = storage.names().find((each) => each.endsWith(points[0]?.id ?? "")) as string;
  storage.replace(name.replace(/-.{10}/, "-ffffffffff"), storage.peek(name));
  storage.replace(name.replace(/-.{11}/, "-fffffffffff"), storage.peek(name));
  await assert.rejects(vault.findPoint("ffffffffff"), PointAmbiguousError);
});

test("`points()` lists the newest last, of all machines or one, and a damaged one at the end", async () => {
  const { vault, points, storage } = await vaultWith([WEB, DB, WEB]);
  await using _ = vault;
  const ids = async (machine?: string): Promise<string[]> =>
    (await Array.fromAsync(vault.points(machine === undefined ? {} : { machine }))).map(({ id }) => id);
  assert.deepEqual(
    await ids(),
    points.map(({ id }) => id),
  );
  assert.deepEqual(await ids("web01"), [points[0]?.id, points[2]?.id]);
  assert.deepEqual(await ids(DB.id), [points[1]?.id]);
  const [name] = storage.names().filter((each) => each.startsWith("points/"));
  const bytes = storage.peek(name as string);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const { id } of vault.points()) seen.push(id);
  }, VaultDamagedError);
  assert.deepEqual(seen, [points[1]?.id, points[2]?.id]);
});

test("`previousFiles()` gives the files of the machine's newest restore point from that host", async () => {
  const { vault, points } = await vaultWith([WEB, DB, WEB]);
  await using _ = vault;
  const files = await vault.previousFiles(WEB.id.toLowerCase() as Guid, "HV01");
  assert.deepEqual(files.get("disk"), points[2]?.files[0]);
  assert.equal((await vault.previousFiles(WEB.id.toLowerCase() as Guid, "HV02")).size, 0);
});

test("a restore point under another's name is damage", async () => {
  const { vault, points, storage } = await vaultWith([WEB, DB]);
  await using _ = vault;
  const [a, b] = storage.names().filter((each) => each.startsWith("points/")) as [string, string];
  storage.replace(a, storage.peek(b));
  await assert.rejects(vault.findPoint(points[0]?.id ?? ""), VaultDamagedError);
  assert.deepEqual(
    (await vault.verify()).damaged.map(({ object }) => object),
    [a],
  );
});
