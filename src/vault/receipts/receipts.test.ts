import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Guid } from "../../base/index.ts";
import { type Storage, StorageFullError, StorageUnreachableError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage, RecordingStorage } from "../../storage/testing/index.ts";
import { backUp, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";
import type { Vault } from "../vault.ts";
import { PassingReceiptBook } from "./receipt-book.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const WHOLE = { missing: [], gaps: [], wentBack: undefined };

const below = (storage: MemoryStorage, prefix: string): string[] =>
  storage.names().filter((name) => name.startsWith(prefix));

async function verdict(vault: Vault): Promise<unknown> {
  const { missing, gaps, wentBack } = await vault.checkReceipts();
  return { missing: missing.map(({ id }) => id), gaps: gaps.map(({ number }) => number), wentBack };
}

/** A vault with restore points of one writer, whose book is kept. */
async function vaultWith(
  storage: Storage,
  count: number,
): Promise<{ readonly vault: Vault; readonly book: PassingReceiptBook; readonly ids: string[] }> {
  const book = new PassingReceiptBook();
  await using made = (await createSmallVault(storage)).vault;
  assert.deepEqual(await verdict(made), WHOLE);
  const vault = await openSmallVault(storage, { receiptBook: book });
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const machine = { id: `7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4${i % 10}`, name: `web0${i}` };
    ids.push((await backUp(vault, { x: someBytes(i, 900) }, machine)).id);
  }
  return { vault, book, ids };
}

describe("receipts", () => {
  test("a restore point that somebody took away is missed by its machine and time, in verify too", async () => {
    const storage = new MemoryStorage();
    const { vault, ids } = await vaultWith(storage, 3);
    assert.deepEqual(await verdict(vault), WHOLE);
    assert.equal(below(storage, "receipts/").length, 3);
    const object = below(storage, "points/").find((name) => name.endsWith(ids[1] ?? "")) ?? "";
    storage.replace(object, undefined);
    for (const reader of [vault, await openSmallVault(storage)]) {
      const { receipts } = await reader.verify();
      assert.deepEqual(
        receipts.missing.map(({ id, machine, time }) => [id, machine.name, time]),
        [[ids[1], "web01", "2026-01-02T00:00:00Z"]],
      );
    }
  });

  test("a restore point that is pruned, or taken back out of the trash, is not missed", async () => {
    const storage = new MemoryStorage();
    const { vault, ids } = await vaultWith(storage, 3);
    await vault.trash(ids[0] as never, { until: PAST });
    await vault.trash(ids[1] as never, { until: Temporal.Instant.from("2030-01-01T00:00:00Z") });
    assert.equal((await vault.prune()).removedPoints, 1);
    assert.deepEqual(await verdict(vault), WHOLE);
    await vault.takeBack(ids[1] as never);
    assert.deepEqual(await verdict(vault), WHOLE);
    assert.deepEqual(await verdict(await openSmallVault(storage)), WHOLE);
  });

  test("one that is taken back behind the receipt of its removal is missed when it goes afterwards", async () => {
    const storage = new MemoryStorage();
    const { vault, ids } = await vaultWith(storage, 2);
    await vault.trash(ids[0] as never, { until: PAST });
    const lost = (): unknown => new StorageUnreachableError("Cannot delete: the line was cut");
    const cut = new FaultyStorage(storage, [
      { on: "delete", prefix: "points/", effect: { kind: "fail", error: lost } },
    ]);
    await assert.rejects(async () => await (await openSmallVault(cut)).prune(), StorageUnreachableError);
    assert.equal(below(storage, "receipts/").length, 3, "the receipt of the removal is there before it");
    await vault.takeBack(ids[0] as never);
    assert.deepEqual(await verdict(vault), WHOLE);
    storage.replace(below(storage, "points/")[0] ?? "", undefined);
    assert.equal((await vault.checkReceipts()).missing.length, 1);
  });

  test("a receipt that went is missed by the one behind it, one that was changed is damage", async () => {
    const storage = new MemoryStorage();
    const { vault } = await vaultWith(storage, 4);
    for (const name of below(storage, "receipts/")) {
      const kept = storage.peek(name);
      storage.replace(name, undefined);
      const { gaps, wentBack } = await vault.checkReceipts();
      assert.equal(gaps.length + (wentBack === undefined ? 0 : 1), 1, "a gap, or the newest is gone");
      storage.replace(name, kept);
      for (let at = 0; at < kept.length; at += 37) {
        const bytes = storage.peek(name);
        bytes[at] = (bytes[at] as number) ^ 4;
        const { damaged } = await vault.verify();
        assert.deepEqual(
          damaged.map(({ object }) => object),
          [name],
        );
        bytes[at] = (bytes[at] as number) ^ 4;
      }
    }
    assert.deepEqual(await verdict(vault), WHOLE);
  });

  test("a vault that went back to an older state is noticed by who wrote to it since", async () => {
    const storage = new MemoryStorage();
    const { vault, book } = await vaultWith(storage, 2);
    const older = storage.clone();
    await backUp(vault, { x: someBytes(8, 900) });
    assert.deepEqual(await verdict(await openSmallVault(older)), WHOLE, "nobody else can know");
    const again = await openSmallVault(older, { seed: 20, receiptBook: book });
    assert.deepEqual((await again.checkReceipts()).wentBack, { number: 3 });
    await again.acceptLoss();
    assert.deepEqual(await verdict(again), WHOLE);
    await backUp(again, { x: someBytes(9, 900) });
    assert.deepEqual(await verdict(again), WHOLE);
  });

  test("programs that write at the same time, with one book or each its own, miss nothing", async () => {
    const storage = new MemoryStorage();
    const { book } = await vaultWith(storage, 1);
    const writers = [book, book, new PassingReceiptBook()];
    await Promise.all(
      writers.map(async (receiptBook, i) => {
        const vault = await openSmallVault(storage, { seed: 50 + i, receiptBook });
        for (let k = 0; k < 3; k++) await backUp(vault, { x: someBytes(10 * i + k, 700) });
      }),
    );
    let seed = 90;
    for (const receiptBook of writers) {
      const vault = await openSmallVault(storage, { seed: seed++, receiptBook });
      assert.deepEqual(await verdict(vault), WHOLE);
      await backUp(vault, { x: someBytes(99, 700) });
      assert.deepEqual(await verdict(vault), WHOLE);
    }
  });

  test("what was accepted as lost is not told again", async () => {
    const storage = new MemoryStorage();
    const { vault } = await vaultWith(storage, 5);
    storage.replace(below(storage, "points/")[2] ?? "", undefined);
    storage.replace(below(storage, "receipts/")[1] ?? "", undefined);
    const before = await vault.acceptLoss();
    assert.ok(before.missing.length + before.gaps.length > 0);
    for (const reader of [vault, await openSmallVault(storage)]) {
      assert.deepEqual(await verdict(reader), WHOLE);
    }
  });

  test("a prune puts one receipt in place of many, and what they told is told still", async () => {
    const storage = new MemoryStorage();
    const { vault, ids, book } = await vaultWith(storage, 66);
    const other = await openSmallVault(storage, { seed: 30 });
    await backUp(other, { x: someBytes(7, 700) });
    await vault.trash(ids[3] as never, { until: PAST });
    await vault.prune();
    assert.equal(below(storage, "receipts/").length, 1);
    assert.equal((await vault.checkReceipts()).unwitnessed, 0);
    for (const writer of [vault, other]) {
      await backUp(writer, { x: someBytes(8, 700) });
      assert.deepEqual(await verdict(writer), WHOLE, "a chain goes on behind the checkpoint");
    }
    assert.deepEqual(await verdict(await openSmallVault(storage, { receiptBook: book })), WHOLE);
    const object = below(storage, "points/").find((name) => name.endsWith(ids[60] ?? "")) ?? "";
    storage.replace(object, undefined);
    assert.deepEqual(
      (await vault.checkReceipts()).missing.map(({ machine }) => machine.name),
      ["web060"],
    );
  });

  test("a checkpoint of 100,000 restore points takes a few megabytes", async () => {
    const points = Array.from({ length: 100_000 }, (_, i) => ({
      object: `points/${(0x18bcfe56800 + i * 60_000).toString(16).padStart(12, "0")}-${someHex(i, 16)}`,
      sha256: someHex(i + 1_000_000, 32),
      machine: {
        id: `7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a${(i % 200).toString(16).padStart(4, "0")}` as Guid,
        name: `machine${i % 200}`,
      },
      life: 0,
    }));
    const { zstdCompressSync } = await import("node:zlib");
    const bytes = zstdCompressSync(Buffer.from(JSON.stringify(points))).length;
    assert.ok(bytes < 8_000_000, `${bytes} bytes`);
  });
});

function someHex(seed: number, bytes: number): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256")
    .update(String(seed))
    .digest("hex")
    .slice(0, 2 * bytes);
}

describe("receipts, whenever a program is killed", () => {
  test("a backup or a prune that was left at any write raises no alarm, and the next ones go on", async () => {
    const storage = new RecordingStorage();
    const { vault, ids } = await vaultWith(storage, 66);
    const begun = storage.calls.length;
    const later = await backUp(vault, { x: someBytes(200, 900) });
    for (const id of ids.slice(0, 2)) await vault.trash(id as never, { until: PAST });
    await vault.prune();
    const kinds = new Set(
      storage.calls.slice(begun).map(({ kind, name }) => `${kind} ${name.split("/")[0]}`),
    );
    for (const kind of ["put receipts", "delete receipts", "delete points"]) assert.ok(kinds.has(kind), kind);
    const promised = storage.calls.findIndex(({ name }) => name.endsWith(later.id));
    for (let count = begun; count <= storage.calls.length; count++) {
      const last = storage.calls[count - 1];
      const isOneOfMany = last?.kind === "delete" && last.name.startsWith("receipts/");
      if (isOneOfMany && count % 9 !== 0) continue;
      const left = storage.prefix(count);
      const found = await openSmallVault(left, { seed: count });
      assert.deepEqual(await verdict(found), WHOLE, `after write ${count}`);
      if (count % 4 !== 0) continue;
      await found.prune({ staleAfterMs: -Number.MAX_SAFE_INTEGER });
      await backUp(found, { x: someBytes(201, 900) });
      assert.deepEqual(await verdict(found), WHOLE, `after write ${count}, gone on`);
      if (count > promised + 2) {
        const object = below(left, "points/").find((name) => name.endsWith(later.id)) ?? assert.fail("gone");
        left.replace(object, undefined);
        assert.equal((await found.checkReceipts()).missing[0]?.id, later.id, `after write ${count}, taken`);
      }
    }
  });

  test("a receipt that could not be written fails its commit, and the next one tells no lie", async () => {
    const storage = new MemoryStorage();
    await vaultWith(storage, 1);
    const full = (): unknown => new StorageFullError("Cannot write: full");
    const faulty = new FaultyStorage(storage, [
      { on: "put", prefix: "receipts/", effect: { kind: "fail", error: full } },
    ]);
    const vault = await openSmallVault(faulty, { seed: 9 });
    await assert.rejects(backUp(vault, { x: someBytes(5, 900) }), StorageFullError);
    assert.equal((await vault.checkReceipts()).unwitnessed, 1);
    await backUp(vault, { x: someBytes(6, 900) });
    assert.deepEqual(await verdict(vault), WHOLE);
  });
});
