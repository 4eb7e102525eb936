import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { sealPoint, sealSegment } from "../crypto/sealed-object.ts";
import { encodeSegment } from "../index/segment-codec.ts";
import { type Vault, VaultHostEndedError, VaultHostUnknownError } from "../index.ts";
import {
  createSmallVault,
  draftOf,
  hostBacksUp,
  keysOf,
  openSmallVault,
  someBytes,
} from "../testing/index.ts";

const disk = someBytes(7, 60_000);

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const damagedIn = async (vault: Vault): Promise<readonly string[]> =>
  (await vault.verify()).damaged.map(({ object }) => object).sort();

test("a thief that deletes its host's object has its key taken away by the host's id", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key, facts } = await vault.addHost("hv01");
  const before = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  for (const name of storage.names()) if (name.startsWith("hosts/")) storage.replace(name, undefined);
  await using reader = await openSmallVault(storage, { seed: 3 });
  await assert.rejects(reader.endHost("hv01"), VaultHostUnknownError);
  await assert.rejects(reader.endHost("ab".repeat(16)), VaultHostUnknownError);
  assert.equal((await reader.endHost(facts.id)).id, facts.id);
  const after = await hostBacksUp(storage, key, { seed: 11, bytes: disk });
  // also to a vault that has been open, and had looked before
  assert.deepEqual(
    (await Array.fromAsync(reader.points())).map(({ id }) => id),
    [before.id],
  );
  await assert.rejects(reader.findPoint(after.id), VaultHostEndedError);
});

test("of a host whose key was taken away a segment counts by its bytes, not by its name", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key, facts } = await vault.addHost("hv01");
  const point = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  await vault.endHost(facts.id);
  const [segment] = storage.names().filter((name) => name.startsWith("index/"));
  assert.ok(segment !== undefined);
  const other = Buffer.concat(sealSegment(encodeSegment([]), keysOf(key), new SeededEntropy(50)));
  storage.replace(segment, other);
  await using reader = await openSmallVault(storage, { seed: 3 });
  assert.ok((await damagedIn(reader)).includes(segment));
  assert.equal((await reader.readBackHosts()).packs, 0);
  assert.equal(point.machine.name, "web01");
});

test("of a host whose key was taken away a restore point counts by its bytes, not by its name", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key, facts } = await vault.addHost("hv01");
  const { id, time } = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  await vault.endHost(facts.id);
  const [name] = storage.names().filter((each) => each.startsWith("points/"));
  const keys = keysOf(key);
  const body = { version: 1, ...draftOf([]), id, time, bytes: 0, vault: keys.vault };
  storage.replace(name ?? "", Buffer.concat(sealPoint(text(body), keys, new SeededEntropy(82))));
  await using reader = await openSmallVault(storage, { seed: 3 });
  await assert.rejects(reader.findPoint(id), VaultHostEndedError);
  assert.deepEqual(await Array.fromAsync(reader.points()), []);
});

test("what a host adds after its key was taken away is not read back, so that nobody relies on it", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const [ended, open] = [(await vault.addHost("hv01")).key, (await vault.addHost("hv02")).key];
  await vault.endHost("hv01");
  await hostBacksUp(storage, ended, { seed: 60, bytes: disk });
  await using reader = await openSmallVault(storage);
  assert.equal((await reader.readBackHosts()).packs, 0);
  await hostBacksUp(storage, open, { seed: 61, bytes: disk });
  await using again = await openSmallVault(storage);
  assert.ok((await again.readBackHosts()).packs > 0);
});
