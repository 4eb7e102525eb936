import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { putOnce } from "./put-once.ts";

test("`putOnce()` takes an object that is there for its own, half of one for damage", async () => {
  const storage = new MemoryStorage();
  const parts = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  await putOnce(storage, "packs/00/a", parts);
  await putOnce(storage, "packs/00/a", parts);
  await storage.put("packs/00/b", [Uint8Array.of(1)]);
  await assert.rejects(putOnce(storage, "packs/00/b", parts), VaultDamagedError);
});
