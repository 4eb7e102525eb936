import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { Secret } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { StorageError } from "../../storage/index.ts";
import { MemoryStorage, Schedule } from "../../storage/testing/index.ts";
import {
  createVault,
  openVault,
  VaultExistsError,
  VaultKeySlotInUseError,
  VaultKeySlotNotFoundError,
  VaultKeySlotsLeavingError,
  VaultKeySlotUnprovenError,
  VaultLastKeySlotError,
  VaultNotFoundError,
  VaultPassphraseWeakError,
  VaultPassphraseWrongError,
} from "../index.ts";
import {
  backUp,
  CHEAP_KDF,
  createSmallVault,
  openSmallVault,
  someBytes,
  TEST_PASSPHRASE,
} from "../testing/index.ts";
import { KeySlots } from "./key-slots.ts";

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
  for (const { id } of slots.filter((slot) => slot.id !== added.id))
    await vault.removeSlot(id, { evenInUse: true });
  await assert.rejects(openSmallVault(storage), VaultPassphraseWrongError);
  await using again = await openSmallVault(storage, {
    passphrase: new Secret("vier graue elefanten tanzen"),
  });
  await assert.rejects(again.removeSlot("00"), VaultKeySlotNotFoundError);
  await assert.rejects(again.removeSlot(added.id), VaultLastKeySlotError);
  await assert.rejects(vault.addPassphrase(new Secret("password")), VaultPassphraseWeakError);
  await vault.addPassphrase(new Secret("password"), { allowWeakPassphrase: true, kdf: CHEAP_KDF });
});

test("`Vault` removes the slot that it was opened with only at a second word", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  await assert.rejects(vault.removeSlot(vault.openedWith), VaultKeySlotInUseError);
  assert.equal((await vault.keySlots()).length, 2);
  await vault.removeSlot(vault.openedWith, { evenInUse: true });
  await assert.rejects(openSmallVault(storage), VaultPassphraseWrongError);
});

const SECOND = new Secret("vier graue elefanten tanzen");

test("`Vault.rotatePassphrase()` leaves the vault open to one of the two, at whichever write it is killed", async () => {
  const whole = new MemoryStorage();
  const { recoveryKey } = await (async () => {
    const made = await createSmallVault(whole);
    await made.vault[Symbol.asyncDispose]();
    return made;
  })();
  const start = new Map(whole.names().map((name) => [name, whole.peek(name)]));
  for (let writes = 0; ; writes++) {
    const inner = new MemoryStorage();
    for (const [name, bytes] of start) inner.replace(name, bytes);
    const killed = (): unknown => new StorageError("Cannot write: killed");
    let left = writes;
    const storage = new Proxy(inner, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return (...args: readonly unknown[]) => {
          if ((key === "put" || key === "delete") && left-- <= 0) throw killed();
          return Reflect.apply(value, target, args);
        };
      },
    });
    await using vault = await openSmallVault(storage, { seed: 100 + writes });
    const done = await vault.rotatePassphrase(SECOND, { kdf: CHEAP_KDF }).then(
      () => true,
      () => false,
    );
    const opens = async (passphrase: Secret): Promise<boolean> => {
      try {
        await using _ = await openSmallVault(inner, { passphrase });
        return true;
      } catch (error) {
        assert.ok(error instanceof VaultPassphraseWrongError);
        return false;
      }
    };
    const [old, fresh] = [await opens(TEST_PASSPHRASE), await opens(SECOND)];
    assert.ok(old || fresh, `after ${writes} writes nobody opens it`);
    assert.ok(await opens(recoveryKey));
    if (done) {
      assert.deepEqual(
        [old, fresh, inner.names().filter((name) => name.startsWith("leaving/"))],
        [false, true, []],
      );
      return;
    }
    assert.ok(writes < 10);
  }
});

test("`Vault.rotatePassphrase()` keeps the old slot when the new one cannot be read back", async () => {
  const inner = new MemoryStorage();
  await using made = (await createSmallVault(inner)).vault;
  const before = new Set(inner.names());
  const storage = new Proxy(inner, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (key !== "get") return typeof value === "function" ? value.bind(target) : value;
      return async (name: string) => {
        const bytes = await target.get(name);
        return before.has(name) ? bytes : bytes.slice(0, -10);
      };
    },
  });
  await using vault = await openSmallVault(storage);
  await assert.rejects(vault.rotatePassphrase(SECOND, { kdf: CHEAP_KDF }), VaultKeySlotUnprovenError);
  await using _ = await openSmallVault(inner);
  assert.equal(made.facts.id, vault.facts.id);
});

test("two programs that remove two slots at the same time leave one", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const inner = new MemoryStorage();
    await using made = (await createSmallVault(inner)).vault;
    const slots = await made.keySlots();
    const schedule = new Schedule(new SeededEntropy(seed));
    const removals = slots.map(async ({ id }) => {
      const storage = schedule.open(inner);
      const removed = await new KeySlots(storage, made.facts.id).remove(id).then(
        () => true,
        (error: unknown) => {
          assert.ok(error instanceof VaultKeySlotsLeavingError || error instanceof VaultLastKeySlotError);
          return false;
        },
      );
      schedule.end(storage);
      return removed;
    });
    await schedule.run();
    const removed = await Promise.all(removals);
    assert.ok(removed.filter(Boolean).length <= 1, `schedule ${seed} removed both`);
    assert.ok((await made.keySlots()).length >= 1);
  }
});

test("the passphrase of one slot is lost: the others open, the slot can be removed, and nothing else changes", async () => {
  const storage = new MemoryStorage();
  const made = await createSmallVault(storage);
  const lost = made.vault.openedWith; // nobody remembers its passphrase from here on
  await made.vault.addPassphrase(SECOND, { kdf: CHEAP_KDF });
  const point = await backUp(made.vault, { disk: someBytes(1, 30_000) });
  await made.vault[Symbol.asyncDispose]();
  for (const passphrase of [SECOND, made.recoveryKey]) {
    await using vault = await openSmallVault(storage, { passphrase });
    assert.equal((await vault.findPoint(point.id)).id, point.id);
  }
  const before = new Map(storage.names().map((name) => [name, storage.peek(name).slice()]));
  await using vault = await openSmallVault(storage, { passphrase: SECOND });
  await vault.removeSlot(lost);
  const slot = `keys/${lost}`;
  assert.ok(before.delete(slot));
  assert.deepEqual(storage.names().toSorted(), [...before.keys()].toSorted());
  for (const [name, bytes] of before) assert.deepEqual(storage.peek(name), bytes, name);
  await assert.rejects(openSmallVault(storage), VaultPassphraseWrongError);
  for (const passphrase of [SECOND, made.recoveryKey]) {
    await using other = await openSmallVault(storage, { passphrase });
    assert.equal((await other.keySlots()).length, 2);
    assert.deepEqual((await other.verify({ readDataPercent: 100 })).damaged, []);
  }
});

test("a slot of a kind that only newer programs know is told of, and nothing else changes", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const newer = { kind: "security-token", vault: vault.facts.id, created: "2030-01-01T00:00:00Z", more: 1 };
  const bytes = Buffer.from(`${JSON.stringify(newer)}\n`);
  const id = hash("sha256", bytes);
  await storage.put(`keys/${id}`, [bytes]);
  await using again = await openSmallVault(storage);
  assert.deepEqual(await again.unknownKeySlots(), [{ id, kind: "security-token" }]);
  assert.equal((await again.keySlots()).length, 2);
  assert.deepEqual((await again.verify()).damaged, []);
  const [first, second] = await again.keySlots();
  await again.removeSlot(first?.id ?? "", { evenInUse: true });
  await assert.rejects(again.removeSlot(second?.id ?? "", { evenInUse: true }), VaultLastKeySlotError);
  await again.removeSlot(id);
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
