import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { getOrDamaged, isGone } from "./get-or-damaged.ts";

test("`getOrDamaged()` says that an object is gone, cut off, or was given in part only", async () => {
  const inner = new MemoryStorage();
  await inner.put("packs/a", [new Uint8Array(100)]);
  const storage = new FaultyStorage(inner, [{ on: "get", effect: { kind: "truncate", to: 10 } }]);
  const range = { offset: 0, length: 20 };
  const isDamage = (error: unknown): boolean => error instanceof VaultDamagedError && !isGone(error);
  await assert.rejects(getOrDamaged(storage, "packs/a", range), isDamage);
  assert.equal((await getOrDamaged(storage, "packs/a", range)).length, 20);
  await assert.rejects(getOrDamaged(storage, "packs/a", { offset: 90, length: 20 }), isDamage);
  await assert.rejects(getOrDamaged(storage, "packs/b"), isGone);
});
