import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import {
  createVault,
  openVault,
  VaultExistsError,
  VaultKeySlotNotFoundError,
  VaultLastKeySlotError,
  VaultNotFoundError,
  VaultPassphraseWeakError,
  VaultPassphraseWrongError,
} from "../index.ts";
import { CHEAP_KDF, createSmallVault, openSmallVault, TEST_PASSPHRASE } from "../testing/index.ts";

const outside = { clock: new FakeClock(), entropy: new SeededEntropy(3) };

test("a vault opens with its passphrase in either Unicode form, and with its recovery key", async () => {
  const storage = new MemoryStorage();
  const passphrase = new Secret("Zwölf Boxkämpfer jagen Viktor");
  const made = await createVault({ ...outside, storage, passphrase, kdf: CHEAP_KDF });
  await using _ = made.vault;
  for (const text of [
    passphrase.reveal().normalize("NFD"),
    made.recoveryKey.reveal(),
    made.recoveryKey.reveal().toLowerCase().replaceAll("-", " "),
  ]) {
    await using vault = await openSmallVault(storage, { passphrase: new Secret(text) });
    assert.equal(vault.facts.id, made.vault.facts.id);
    assert.deepEqual(vault.facts, made.vault.facts);
  }
  for (const text of ["zwölf boxkämpfer jagen viktor", `${made.recoveryKey.reveal().slice(0, -1)}U`, ""]) {
    await assert.rejects(
      openSmallVault(storage, { passphrase: new Secret(text) }),
      VaultPassphraseWrongError,
    );
  }
});

test("`Vault` adds and removes passphrases, and keeps the last slot", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const added = await vault.addPassphrase(new Secret("vier graue elefanten tanzen"), { kdf: CHEAP_KDF });
  assert.equal(added.kind, "passphrase");
  const slots = await vault.keySlots();
  assert.deepEqual(slots.map(({ kind }) => kind).sort(), ["passphrase", "passphrase", "recovery"]);
  for (const { id } of slots.filter((slot) => slot.id !== added.id)) await vault.removeSlot(id);
  await assert.rejects(openSmallVault(storage), VaultPassphraseWrongError);
  await using again = await openSmallVault(storage, {
    passphrase: new Secret("vier graue elefanten tanzen"),
  });
  await assert.rejects(again.removeSlot("00"), VaultKeySlotNotFoundError);
  await assert.rejects(again.removeSlot(added.id), VaultLastKeySlotError);
  await assert.rejects(vault.addPassphrase(new Secret("password")), VaultPassphraseWeakError);
  await vault.addPassphrase(new Secret("password"), { allowWeakPassphrase: true, kdf: CHEAP_KDF });
});

test("`createVault()` refuses a weak passphrase, an existing vault and a place with other things", async () => {
  const storage = new MemoryStorage();
  const weak = { ...outside, storage, passphrase: new Secret("password"), kdf: CHEAP_KDF };
  await assert.rejects(createVault(weak), VaultPassphraseWeakError);
  assert.deepEqual(storage.names(), []);
  await using _ = (await createVault({ ...weak, allowWeakPassphrase: true })).vault;
  await assert.rejects(createSmallVault(storage), VaultExistsError);
  const other = new MemoryStorage();
  await other.put("holiday.jpg", [new Uint8Array(1)]);
  await assert.rejects(createSmallVault(other), VaultExistsError);
});

test("`createVault()` goes on where one was killed before it had its config", async () => {
  const storage = new MemoryStorage();
  await using _ = (await createSmallVault(storage)).vault;
  storage.replace("config", undefined);
  const slots = storage.names().length;
  const made = await createSmallVault(storage, { seed: 55 });
  await using __ = made.vault;
  assert.equal(storage.names().length, 2 * slots + 1);
  await using again = await openSmallVault(storage);
  assert.equal(again.facts.id, made.vault.facts.id);
  assert.equal((await again.keySlots()).length, 2, "the dead vault's slots are not counted");
});

test("`openVault()` finds no vault in an empty place and in one with other things", async () => {
  const storage = new MemoryStorage();
  const options = { ...outside, storage, passphrase: TEST_PASSPHRASE };
  await assert.rejects(openVault(options), VaultNotFoundError);
  await storage.put("config", [Buffer.from('{"format":"something-else"}')]);
  await assert.rejects(openVault(options), VaultNotFoundError);
});

test("nothing that was typed is readable in a vault, neither in objects nor in their names", async () => {
  const storage = new MemoryStorage();
  const { vault, recoveryKey } = await createSmallVault(storage);
  await using _ = vault;
  const words = [TEST_PASSPHRASE.reveal(), recoveryKey.reveal(), "correct horse"];
  for (const name of storage.names()) {
    const text = `${name} ${Buffer.from(storage.peek(name)).toString("latin1")}`;
    for (const word of words) assert.ok(!text.includes(word), `${word} in ${name}`);
  }
});
