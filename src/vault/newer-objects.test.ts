import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { AddOnlyStorage, MemoryStorage } from "../storage/testing/index.ts";
import { ed25519Sign, SIGNATURE_BYTES } from "./crypto/ed25519.ts";
import { headerProof } from "./crypto/session-keys.ts";
import { FULL_KEY_WRITER, type VaultKeys, vaultKeysFrom } from "./crypto/vault-keys.ts";
import { KEY_FORM, SealedHeader } from "./format/layout.ts";
import { packName, segmentName } from "./format/object-names.ts";
import { type StoredFile, type Vault, VaultTooNewError } from "./index.ts";
import { KeySlots } from "./keys/key-slots.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  openSmallVault,
  someBytes,
  TEST_PASSPHRASE,
} from "./testing/index.ts";

const disk = someBytes(5, 100_000);

/** The object as a program of the next version would have written it: provably. */
function newer(bytes: Uint8Array, keys: VaultKeys): Uint8Array {
  const changed = Buffer.from(bytes);
  changed[SealedHeader.offsetOf("version")] = 2;
  changed.set(headerProof(keys, changed, FULL_KEY_WRITER) as Uint8Array, SealedHeader.offsetOf("proof"));
  if (SealedHeader.decode(changed).keyForm !== KEY_FORM.indexRoot) return changed;
  const end = changed.length - SIGNATURE_BYTES;
  const digest = createHash("sha256").update(changed.subarray(0, end)).digest();
  changed.set(ed25519Sign(digest, keys.signer), end);
  return changed;
}

async function vaultWithNewer(
  below: string,
): Promise<{ readonly storage: MemoryStorage; readonly older: string }> {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const older = await backUp(vault, { disk });
  const before = new Set(storage.names());
  await backUp(vault, { disk: someBytes(6, 100_000) });
  const { masterKey } = await new KeySlots(storage, vault.facts.id).unlock(TEST_PASSPHRASE);
  const keys = vaultKeysFrom(masterKey, vault.facts.id);
  for (const name of storage.names()) {
    if (before.has(name) || !name.startsWith(below)) continue;
    const bytes = newer(storage.peek(name), keys);
    storage.replace(name, undefined);
    const digest = createHash("sha256").update(bytes).digest();
    const names: Readonly<Record<string, string>> = {
      "packs/": packName(digest),
      "index/": segmentName(digest),
    };
    storage.replace(names[below] ?? name, bytes);
  }
  return { storage, older: older.id };
}

async function assertOlderComesBack(vault: Vault, id: string): Promise<void> {
  const [file] = (await vault.findPoint(id)).files;
  assert.equal(Buffer.compare(await bringBack(vault, file as StoredFile), disk), 0);
}

for (const below of ["points/", "index/", "packs/"]) {
  test(`a newer program's objects below ${below} are told, and all else works as before`, async () => {
    const { storage, older } = await vaultWithNewer(below);
    await using vault = await openSmallVault(storage);
    await assertOlderComesBack(vault, older);
    const point = await backUp(vault, { disk: someBytes(9, 50_000) });
    const listed: string[] = [];
    const listing = (async () => {
      for await (const { id } of vault.points()) listed.push(id);
    })();
    if (below === "points/") await assert.rejects(listing, VaultTooNewError);
    else await listing;
    assert.ok(listed.includes(older) && listed.includes(point.id));
    const { damaged } = await vault.verify({ readDataPercent: 100 });
    assert.ok(damaged.length > 0);
    assert.ok(damaged.some(({ what }) => what === "it is of version 2, which a newer program wrote"));
    if (below === "points/") await assert.rejects(vault.prune(), VaultTooNewError);
    if (below !== "points/") await assert.rejects(vault.repair({ execute: true }), VaultTooNewError);
    await assertOlderComesBack(vault, older);
  });
}

for (const below of ["points/", "index/", "packs/"]) {
  test(`two versions of the program on one vault: the older one deletes nothing of the newer one's below ${below}`, async () => {
    const { storage, older } = await vaultWithNewer(below);
    storage.replace("futures/0001", Buffer.from("a kind of object that is not known here"));
    const isNewer = (name: string): boolean =>
      name.startsWith("futures/") ||
      (name.startsWith(below) && SealedHeader.decode(storage.peek(name)).version === 2);
    const theirs = new Map(
      storage
        .names()
        .filter(isNewer)
        .map((name) => [name, storage.peek(name).slice()]),
    );
    assert.ok(theirs.size > 1);
    await using vault = await openSmallVault(storage);
    const { id } = await backUp(vault, { disk: someBytes(9, 50_000) });
    const goes = [id]; // so that there is something to delete
    if (below === "packs/")
      for await (const point of vault.points())
        if (point.id !== older && point.id !== id) goes.push(point.id);
    for (const point of goes) await vault.trash(point, { until: Temporal.Instant.fromEpochMilliseconds(0) });
    for (const work of [
      async () => await vault.prune({ moveBelow: 1, staleAfterMs: -1000 }),
      async () => await vault.repair({ execute: true }),
      async () => await vault.verify({ readDataPercent: 100, keepFindings: true }),
      async () => await vault.prune({ moveBelow: 1, staleAfterMs: -1000 }),
    ]) {
      try {
        await work();
      } catch (error) {
        assert.ok(error instanceof VaultTooNewError, String(error));
        assert.equal(error.code, "vault-too-new");
      }
    }
    for (const [name, bytes] of theirs) assert.deepEqual(storage.peek(name), bytes, name);
    await assertOlderComesBack(vault, older);
  });
}

test("two versions of the program on one vault: the older one removes nothing of which the newer one says that it was taken back", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { id } = await backUp(vault, { disk });
  await using addOnly = await openSmallVault(new AddOnlyStorage(storage), { seed: 3 });
  await addOnly.trash(id, { until: Temporal.Instant.fromEpochMilliseconds(0) });
  assert.equal(await addOnly.takeBack(id), true);
  const { masterKey } = await new KeySlots(storage, vault.facts.id).unlock(TEST_PASSPHRASE);
  const [kept = ""] = storage.names().filter((name) => name.startsWith("kept/"));
  storage.replace(kept, newer(storage.peek(kept), vaultKeysFrom(masterKey, vault.facts.id)));
  assert.equal((await vault.prune()).removedPoints, 0);
  await assertOlderComesBack(vault, id);
  const left = storage.names().filter((name) => /^(kept|trash)\//.test(name));
  assert.deepEqual(
    left.map((name) => name.split("/")[0]),
    ["kept", "trash"],
    "for the newer one",
  );
});

test("two versions of the program on one vault: the newer one works where the older one put no receipts", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const older = await backUp(vault, { disk });
  for (const name of storage.names()) if (name.startsWith("receipts/")) storage.replace(name, undefined);
  await using newerProgram = await openSmallVault(storage, { seed: 3 });
  await assertOlderComesBack(newerProgram, older.id);
  const gone = await backUp(newerProgram, { disk: someBytes(9, 50_000) });
  await newerProgram.trash(gone.id, { until: Temporal.Instant.fromEpochMilliseconds(0) });
  assert.equal((await newerProgram.prune()).removedPoints, 1);
  assert.deepEqual((await newerProgram.verify({ readDataPercent: 100 })).damaged, []);
  await assertOlderComesBack(newerProgram, older.id);
});
