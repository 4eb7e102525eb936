import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { MIB } from "../../base/index.ts";
import { UnitMap } from "./unit-map.ts";

test("`runs()` is what an array of booleans gives, and `claim()` sees every overlap", () => {
  const stretch = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 33 }), fc.array(stretch), (units, stretches) => {
      const map = new UnitMap(units * MIB - 5);
      const model = Array.from({ length: units }, () => false);
      for (const [from, count] of stretches) {
        const hit = model.slice(from, from + count).some(Boolean);
        assert.equal(map.claim(from * MIB, count * MIB), !hit);
        model.fill(true, from, from + count);
      }
      const seen: boolean[] = [];
      let at = 0;
      for (const run of map.runs()) {
        assert.equal(run.offset, at);
        at += run.length;
        seen.push(...Array.from({ length: run.length / MIB }, () => run.isSet));
      }
      assert.deepEqual(seen, model);
    }),
  );
});

test("`claim()` ignores a stretch far behind the end", () => {
  assert.equal(new UnitMap(MIB).claim(2 ** 63, 2 ** 40), true);
});
