import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";
import { backUp, createSmallVault, openSmallVault, someBytes } from "../../src/vault/testing/index.ts";
import { ListsIncompletely, omissionsOf } from "./lists-incompletely.ts";
import { assertKept, type Promised, promisedOf } from "./promises.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261129);
/** How many of them are looked at; there are about 70. */
const OMISSIONS = Number(process.env["STILLPOINT_OMISSIONS"] ?? 30);
const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");
const PRUNE = { moveBelow: 0.9, staleAfterMs: -Number.MAX_SAFE_INTEGER };

/** Four restore points of one disk, two of them to be removed. */
async function scene(): Promise<{ readonly storage: MemoryStorage; readonly promised: readonly Promised[] }> {
  const storage = new MemoryStorage();
  const random = new SeededEntropy(SEED);
  await using vault = (await createSmallVault(storage, { seed: random.next() })).vault;
  const disk = someBytes(SEED, 60_000);
  const promised: Promised[] = [];
  for (let i = 0; i < 4; i++) {
    for (let n = 0; n < 3; n++) disk.set(random.bytes(5000), random.below(disk.length - 5000));
    const files = { disk: disk.slice(), config: random.bytes(40) };
    promised.push(promisedOf(await backUp(vault, files), files));
  }
  for (const { point } of promised.splice(0, 2)) await vault.trash(point.id, { until: LONG_AGO });
  return { storage, promised };
}

test(`a prune loses nothing whatever one of its listings leaves out (${OMISSIONS} drawn, seed ${SEED})`, async () => {
  const { storage, promised } = await scene();
  const whole = new ListsIncompletely(storage.clone());
  {
    await using vault = await openSmallVault(whole.storage, { seed: 1 });
    await vault.prune(PRUNE);
  }
  const random = new SeededEntropy(SEED);
  const omissions = omissionsOf(whole.listings, { random, most: OMISSIONS });
  assert.equal(omissions.length, OMISSIONS);
  for (const omission of omissions) {
    const when = `listing ${omission.listing} without ${omission.name}`;
    const left = storage.clone();
    try {
      await using vault = await openSmallVault(new ListsIncompletely(left, omission).storage, { seed: 1 });
      await vault.prune(PRUNE);
    } catch (error) {
      assert.match(
        (error as { readonly code?: string }).code ?? String(error),
        /^(vault|storage|prune)-/,
        when,
      );
    }
    await using vault = await openSmallVault(left, { seed: 2 });
    await assertKept(vault, promised, when);
    assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, [], when);
  }
});
