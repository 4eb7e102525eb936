import assert from "node:assert/strict";
import { test } from "node:test";
import { RecentlyUsed } from "./recently-used.ts";

test("`RecentlyUsed` forgets the answer that was used longest ago", async () => {
  const asked: number[] = [];
  const answers = new RecentlyUsed(2, async (key) => {
    asked.push(key);
    await Promise.resolve();
    return 10 * key;
  });
  for (const key of [1, 2, 1, 3, 1, 2]) assert.equal(await answers.get(key), 10 * key);
  assert.deepEqual(asked, [1, 2, 3, 2]);
});

test("`RecentlyUsed` asks once for what is asked for at the same time, and again after a failure", async () => {
  let asked = 0;
  const answers = new RecentlyUsed(2, async () => {
    asked++;
    await Promise.resolve();
    if (asked === 1) throw new TypeError("the first time");
    return asked;
  });
  const both = await Promise.allSettled([answers.get(1), answers.get(1)]);
  assert.deepEqual(
    both.map((one) => one.status),
    ["rejected", "rejected"],
  );
  assert.equal(asked, 1);
  assert.deepEqual(await Promise.all([answers.get(1), answers.get(1)]), [2, 2]);
});
