import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { createSmallVault, draftOf } from "../testing/index.ts";

const ORIGINAL = { vault: "0d3ba4a5-62a4-4a0c-9b94-2f3f7b4f1c11", point: "00112233445566778899aabbccddeeff" };

test("`VaultSession.commit()` keeps the original's time in a copy, and never one that lies ahead", async () => {
  const [now, before, ahead] = ["2026-03-01T00:00:00Z", "2026-01-05T01:02:03.004Z", "2027-01-01T00:00:00Z"];
  const { vault } = await createSmallVault(new MemoryStorage(), { clock: new FakeClock(now) });
  await using _vault = vault;
  await using session = await vault.openSession();
  const committed = [];
  for (const time of [before, ahead]) {
    committed.push(await session.commit({ ...draftOf([]), copyOf: { ...ORIGINAL, time } }));
  }
  committed.push(await session.commit(draftOf([])));
  assert.deepEqual(
    committed.map(({ time, copyOf }) => [time, copyOf?.time]),
    [
      [before, before],
      [now, ahead],
      [now, undefined],
    ],
  );
  const [oldest] = await Array.fromAsync(vault.points());
  assert.deepEqual(oldest?.copyOf, { ...ORIGINAL, time: before });
  assert.deepEqual((await vault.verify()).damaged, []);
});
