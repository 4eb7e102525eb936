import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesAt, childrenNamed, flagAt, integerAt, keyAt, nodeAt, textAt } from "./key-lookup.ts";
import { bytesKey, flagKey, integerKey, nodeKey, rootKey, textKey } from "./key-tree.ts";

const tree = rootKey(
  nodeKey("_83f8638b-8dca-4152-9eda-2ca8b33039b4_", textKey("name", "IDE")),
  nodeKey("metric", integerKey("value", 1)),
  nodeKey("metric", integerKey("value", 2)),
  nodeKey("n", flagKey("on", true), bytesKey("raw", Uint8Array.of(1)), integerKey("big", 2n ** 60n)),
);

test("`keyAt()` matches names that hold a GUID in any case, and others exactly", () => {
  assert.equal(textAt(tree, "_83F8638B-8DCA-4152-9EDA-2CA8B33039B4_/name"), "IDE");
  assert.equal(keyAt(tree, "_83f8638b-8dca-4152-9eda-2ca8b33039b4_/Name"), undefined);
  assert.equal(keyAt(tree, "Metric"), undefined);
});

test("`childrenNamed()` gives an array's elements in order; `keyAt()` the first", () => {
  assert.deepEqual(
    childrenNamed(tree, "metric").map((key) => key.type === "node" && integerAt(key, "value")),
    [1, 2],
  );
  assert.equal(integerAt(tree, "metric/value"), 1);
});

test("a key of another type is as good as absent", () => {
  assert.equal(flagAt(tree, "n/on"), true);
  assert.deepEqual(bytesAt(tree, "n/raw"), Uint8Array.of(1));
  for (const read of [textAt, integerAt, nodeAt, bytesAt]) assert.equal(read(tree, "n/on"), undefined);
  assert.equal(flagAt(tree, "n"), undefined);
  assert.equal(textAt(tree, "metric/value/deeper"), undefined);
  assert.equal(integerAt(tree, "n/big"), undefined);
});
