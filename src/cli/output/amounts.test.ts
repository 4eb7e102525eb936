import assert from "node:assert/strict";
import { test } from "node:test";
import { amount, counted, duration, instant, shortId } from "./amounts.ts";

test("`amount()` gives three digits in the unit that fits", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.00 KiB"],
    [1536, "1.50 KiB"],
    [10 * 1024 * 1024, "10.0 MiB"],
    [250 * 1024 ** 3, "250 GiB"],
    [1024 ** 4, "1.00 TiB"],
  ];
  for (const [bytes, text] of cases) assert.equal(amount(bytes), text);
});

test("`duration()` speaks of seconds, minutes and hours as people do", () => {
  assert.equal(duration(0.4), "0 s");
  assert.equal(duration(59), "59 s");
  assert.equal(duration(200), "3 min 20 s");
  assert.equal(duration(7500), "2 h 5 min");
});

test("`instant()` and `shortId()` leave out what a table has no room for", () => {
  assert.equal(instant("2026-11-22T17:37:34.762Z"), "2026-11-22T17:37:34Z");
  assert.equal(shortId("cd4d536bd27ec92a87df181aefe1a8e3"), "cd4d536bd27e");
});

test("`counted()` puts nouns in the plural but for one", () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, "file")),
    ["0 files", "1 file", "2 files"],
  );
});
