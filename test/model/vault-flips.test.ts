import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import type { Vault } from "../../src/vault/index.ts";
import { openSmallVault } from "../../src/vault/testing/index.ts";
import { type FlipPlace, flipPlaces, withFlipped } from "./flip-places.ts";
import { type FullVault, fullVault } from "./full-vault.ts";
import {
  assertFound,
  assertMends,
  assertNothingWrongRestored,
  assertPruneLaundersNothing,
} from "./judge-damage.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261125);
/** How many flips of each kind of object are looked at; the soak looks at all. */
const FLIPS = Number(process.env["STILLPOINT_FLIPS"] ?? 16);

const KINDS = ["config", "keys", "packs", "index", "points", "doomed", "awaited", "trash", "parity"];

const kindOf = (name: string): string => name.replace(/\/.*/, "");

describe(`one bit of a vault that is not what it was (seed ${SEED})`, () => {
  let full: FullVault;
  let vault: Vault;
  let places: FlipPlace[];
  const random = new SeededEntropy(SEED);

  before(async () => {
    full = await fullVault(SEED, { parity: true });
    vault = await openSmallVault(full.storage);
    places = [...flipPlaces(full.storage, random)];
  });
  after(async () => {
    await vault[Symbol.asyncDispose]();
  });

  test("there is an object of every kind, and nothing is wrong with any", async () => {
    const kinds = new Set(full.storage.names().map(kindOf));
    for (const kind of [...KINDS, "leases"]) assert.ok(kinds.has(kind), `nothing is named ${kind}`);
    assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
    assert.ok(places.length > 20_000, `only ${places.length} bits are worth turning`);
    const files = full.promised.length * 2;
    assert.equal(await assertNothingWrongRestored(full, { what: "nothing", objects: [] }), files);
  });

  for (const kind of [...KINDS, "every other kind"]) {
    test(`${kind}: verify finds it, nothing wrong is restored, every refusal has its code`, async () => {
      const isOne = (name: string): boolean =>
        KINDS.includes(kind) ? kindOf(name) === kind : !KINDS.includes(kindOf(name));
      const ofKind = places.filter(({ name }) => isOne(name));
      for (let n = 0; n < Math.min(FLIPS, ofKind.length); n++) {
        const place = ofKind[random.below(ofKind.length)] as FlipPlace;
        const what = `bit ${place.bit} of byte ${place.at} of ${place.name}`;
        const damage = { what, objects: [place.name] };
        await withFlipped(full.storage, place, async () => {
          await assertFound(vault, full, damage);
          if (n % 4 === 0) await assertNothingWrongRestored(full, damage);
          if (n % 16 === 0) await assertPruneLaundersNothing(full, damage);
          if (n % 16 === 8) await assertMends(full, damage);
        });
      }
    });
  }
});
