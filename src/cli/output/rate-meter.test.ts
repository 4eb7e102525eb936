import assert from "node:assert/strict";
import { test } from "node:test";
import { rateMeter } from "./rate-meter.ts";

test("`rateMeter()` knows no rate before it has seen two moments", () => {
  const rate = rateMeter();
  assert.equal(rate.bytesPerSecond(), 0);
  rate.add(1000, 0);
  assert.equal(rate.bytesPerSecond(), 0);
});

test("`rateMeter()` forgets what is older than ten seconds", () => {
  const rate = rateMeter();
  for (let second = 0; second <= 20; second++) rate.add(second * 100, second * 1000); // 100 bytes a second
  for (let second = 21; second <= 40; second++) rate.add(2000 + (second - 20) * 500, second * 1000); // then 500
  assert.equal(Math.round(rate.bytesPerSecond()), 500);
});

test("`rateMeter()` knows the rate also when word comes every millisecond", () => {
  const rate = rateMeter();
  for (let ms = 0; ms <= 3000; ms++) rate.add(ms * 7, ms); // 7,000 bytes a second
  assert.equal(Math.round(rate.bytesPerSecond()), 7000);
});
