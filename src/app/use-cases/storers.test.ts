import assert from "node:assert/strict";
import { test } from "node:test";
import { Storers } from "./storers.ts";

const HOST = "a1".repeat(16);

test("`Storers` name the host that stored a restore point, and ask for names once and only when needed", async () => {
  let asked = 0;
  const storers = new Storers({
    hosts: async () => {
      asked++;
      return await Promise.resolve([
        { id: HOST, name: "hv01", created: Temporal.Instant.from("2026-01-01T00:00:00Z"), ended: undefined },
      ]);
    },
  });
  const original = { vault: "v", point: "p", time: "2026-01-01T00:00:00Z" };
  assert.equal(await storers.of({}), undefined);
  assert.equal(await storers.of({ copyOf: original }), undefined);
  assert.deepEqual(await storers.of({ copyOf: { ...original, storedBy: HOST } }), {
    storedBy: HOST,
    storedIn: "v",
  });
  assert.equal(asked, 0, "hosts of another vault are unknown in this one");
  assert.deepEqual(await storers.of({ storedBy: HOST }), { storedBy: HOST, storedByName: "hv01" });
  assert.deepEqual(await storers.of({ storedBy: "00".repeat(16) }), { storedBy: "00".repeat(16) });
  assert.equal(asked, 1);
});
