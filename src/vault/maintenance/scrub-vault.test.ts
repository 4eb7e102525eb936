import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { FaultyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { VaultNotFoundError } from "../errors.ts";
import { backUp, createSmallVault, someBytes } from "../testing/index.ts";
import { ForgottenChecks } from "./checked-objects.ts";
import { scrubVault } from "./scrub-vault.ts";

/** docs/vault-format.md 2: what is named by the SHA-256 of its bytes. */
const NAMED = /^(keys|index|packs|receipts)\//;

async function vaultIn(storage: MemoryStorage): Promise<void> {
  await using vault = (await createSmallVault(storage)).vault;
  await backUp(vault, { disk: someBytes(1, 200_000) });
}

describe("scrubVault()", () => {
  test("reads every object that is named by its content, and finds nothing in a sound vault", async () => {
    const storage = new MemoryStorage();
    await vaultIn(storage);
    const named = storage.names().filter((name) => NAMED.test(name));
    const progress: number[] = [];
    const report = await scrubVault({ storage, onProgress: ({ doneBytes }) => progress.push(doneBytes) });
    assert.deepEqual([report.objects, report.damaged], [named.length, []]);
    assert.equal(
      report.bytes,
      named.reduce((sum, name) => sum + storage.peek(name).length, 0),
    );
    assert.deepEqual(progress.at(-1), report.bytes);
  });

  test("finds one turned bit in any of them, without a key", async () => {
    const storage = new MemoryStorage();
    await vaultIn(storage);
    for (const name of storage.names().filter((each) => NAMED.test(each))) {
      const broken = storage.clone();
      const bytes = broken.peek(name).slice();
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] as number) ^ 16;
      broken.replace(name, bytes);
      const { damaged } = await scrubVault({ storage: broken });
      assert.deepEqual(damaged, [{ object: name, what: "its bytes are not those that it is named for" }]);
    }
  });

  test("finds what is cut off, also while it reads, and leaves alone what goes meanwhile", async () => {
    const storage = new MemoryStorage();
    await vaultIn(storage);
    const [pack] = storage.names().filter((name) => name.startsWith("packs/"));
    assert.ok(pack !== undefined);
    const short = storage.clone();
    short.replace(pack, short.peek(pack).slice(0, 1000));
    assert.equal((await scrubVault({ storage: short })).damaged[0]?.object, pack);
    const going = storage.clone();
    const act = (): void => {
      going.replace(pack, undefined);
    };
    const faulty = new FaultyStorage(going, [
      { on: "get", prefix: "packs/", effect: { kind: "call-before", act } },
    ]);
    assert.deepEqual((await scrubVault({ storage: faulty })).damaged, []);
  });

  test("refuses what is no vault, and stops when its signal fires", async () => {
    await assert.rejects(scrubVault({ storage: new MemoryStorage() }), VaultNotFoundError);
    const storage = new MemoryStorage();
    await vaultIn(storage);
    await assert.rejects(scrubVault({ storage, signal: AbortSignal.abort() }), InterruptedError);
  });
});

test("`scrubVault()` goes on where it was interrupted, and looks at what was damaged again", async () => {
  const storage = new MemoryStorage();
  await vaultIn(storage);
  const named = storage.names().filter((name) => NAMED.test(name));
  const [slot] = named.filter((name) => name.startsWith("keys/"));
  assert.ok(slot !== undefined);
  storage.replace(slot, storage.peek(slot).slice(0, 40));
  const times = new Map<string, number>();
  const checked = {
    passBegan: undefined as number | undefined,
    lastChecked: (object: string) => times.get(object),
    note: async (object: string, milliseconds: number) => void times.set(object, milliseconds),
    async beginPass(milliseconds: number) {
      this.passBegan = milliseconds;
    },
    async endPass() {
      this.passBegan = undefined;
    },
  };
  const stop = new AbortController();
  const turn = { clock: new FakeClock(), checked, percent: 100 };
  const onProgress = (): void => {
    if (times.size >= 2) stop.abort();
  };
  await assert.rejects(scrubVault({ storage, turn, signal: stop.signal, onProgress }), InterruptedError);
  const before = times.size;
  assert.ok(before >= 2 && before < named.length);
  const report = await scrubVault({ storage, turn });
  assert.equal(report.objects, named.length - before);
  assert.ok(report.goesOnSince !== undefined);
  assert.deepEqual(
    report.damaged.map(({ object }) => object),
    [slot],
  );
  const part = await scrubVault({ storage, turn: { ...turn, percent: 0.001 } });
  assert.deepEqual(
    part.damaged.map(({ object }) => object),
    [slot],
    "what was damaged counts as unchecked",
  );
  assert.equal(part.objects, 1);
});

test("`scrubVault()` says how much it read of how much, and of how many objects nothing can be told without a key", async () => {
  const storage = new MemoryStorage();
  await vaultIn(storage);
  const named = storage.names().filter((name) => NAMED.test(name));
  const bytesThere = named.reduce((sum, name) => sum + storage.peek(name).length, 0);
  const turn = { clock: new FakeClock(), checked: new ForgottenChecks() };
  const whole = await scrubVault({ storage, turn: { ...turn, percent: 100 } });
  assert.deepEqual(
    [whole.dataRead, whole.objects, whole.objectsThere, whole.bytesThere, whole.unproven],
    ["all", named.length, named.length, bytesThere, 1],
    "the restore point",
  );
  const part = await scrubVault({ storage, turn: { ...turn, percent: 1 } });
  assert.deepEqual([part.dataRead, part.objectsThere], ["part", named.length]);
  assert.ok(part.objects >= 1 && part.objects < named.length);
});

test("`scrubVault()` finds a config that is none, and leaves one of a newer program alone", async () => {
  const storage = new MemoryStorage();
  await vaultIn(storage);
  const config = new TextDecoder().decode(storage.peek("config"));
  for (const [text, damaged] of [
    [config.replace("stillpoint-vault", "stillpoint-fault"), ["config"]],
    [config.slice(0, 30), ["config"]],
    ["", ["config"]],
    [config.replace('"version":1', '"version":7'), []],
  ] as const) {
    const other = storage.clone();
    other.replace("config", new TextEncoder().encode(text));
    const report = await scrubVault({ storage: other });
    assert.deepEqual(
      report.damaged.map(({ object }) => object),
      damaged,
      text,
    );
  }
});
