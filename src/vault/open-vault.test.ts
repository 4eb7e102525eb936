import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStorage } from "../storage/testing/index.ts";
import { VaultDamagedError } from "./index.ts";
import { createSmallVault, openSmallVault } from "./testing/index.ts";

test("`openVault()` refuses a config that says anything else than what was proven when it was written", async () => {
  const storage = new MemoryStorage();
  await (await createSmallVault(storage)).vault[Symbol.asyncDispose]();
  const text = new TextDecoder().decode(storage.peek("config"));
  for (const [was, is] of [
    ['"chunkBytes":4096', '"chunkBytes":8192'],
    ['"chunkBytes":4096', '"chunkBytes":4096,"lockDays":1,"lockMode":"governance"'],
    [/"created":"20/, '"created":"21'],
    [/"mac":"[0-9a-f]{8}/, '"mac":"00000000'],
  ] as const) {
    const other = text.replace(was, is);
    assert.notEqual(other, text);
    storage.replace("config", new TextEncoder().encode(other));
    await assert.rejects(openSmallVault(storage), VaultDamagedError, other);
  }
  storage.replace("config", new TextEncoder().encode(text));
  await (await openSmallVault(storage))[Symbol.asyncDispose]();
});
