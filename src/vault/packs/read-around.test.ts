import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { StorageUnreadableError } from "../../storage/index.ts";
import { BadSectors, MemoryStorage } from "../../storage/testing/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { getOrDamaged, isGone, isUnreadable } from "./get-or-damaged.ts";
import { readAround } from "./read-around.ts";

const KIB = 1024;

test("`readAround()` gives zeros for the 4 KiB of a bad sector, and all else as it is", async () => {
  const storage = new BadSectors(new MemoryStorage());
  const bytes = new SeededEntropy(61).bytes(300 * KIB + 7);
  await storage.put("x", [bytes]);
  const isRead = async (length: number, expected: Uint8Array): Promise<boolean> =>
    Buffer.compare(await readAround(storage, "x", { length }), expected) === 0;
  assert.ok(await isRead(bytes.length, bytes));
  storage.spoil("x", 70 * KIB);
  storage.spoil("x", 300 * KIB);
  const expected = bytes.slice();
  expected.fill(0, 68 * KIB, 72 * KIB);
  expected.fill(0, 300 * KIB);
  assert.ok(await isRead(bytes.length, expected));
  assert.ok(await isRead(64 * KIB, bytes.slice(0, 64 * KIB)));
  await assert.rejects(readAround(storage, "gone", { length: 5 }), (error) => isGone(error));
});

test("`getOrDamaged()` tells what cannot be read from what is gone, and from what is wrong", async () => {
  const storage = new BadSectors(new MemoryStorage());
  await storage.put("x", [new Uint8Array(10)]);
  storage.spoil("x", 3);
  await assert.rejects(getOrDamaged(storage, "x"), (error) => {
    assert.ok(error instanceof VaultDamagedError && error.cause instanceof StorageUnreadableError);
    assert.equal(error.what, "the storage cannot read it");
    return isUnreadable(error) && !isGone(error);
  });
  assert.equal(isUnreadable(new VaultDamagedError("x", "its bytes are wrong")), false);
});
