import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BAD_STORES } from "./bad-stores.ts";
import { RandomLife } from "./random-life.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261128);
const LIVES = Number(process.env["STILLPOINT_LIVES"] ?? 1);

describe(`a vault that programs use, some killed, with clocks years apart (${LIVES} lives from seed ${SEED})`, () => {
  for (const [what, faults] of Object.entries(BAD_STORES)) {
    test(`on a store that ${what}: nothing promised is lost, every refusal has its code`, async () => {
      let struck = 0;
      for (let n = 0; n < LIVES; n++) {
        const life = new RandomLife(SEED + n, { actions: 10, faults, share: 0.15 });
        await life.live();
        await life.assertRecovers();
        struck += life.counts["struck"] ?? 0;
      }
      if (what !== "is sound") assert.ok(struck > 0, "it did nothing wrong");
    });
  }
});
