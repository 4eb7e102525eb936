import assert from "node:assert/strict";
import { test } from "node:test";
import { storerFields, storerName, storerText } from "./storer-text.ts";

test("`storerText()` names the host, its id, and of a copy the vault where it stored the original", () => {
  assert.equal(storerText({}), "");
  assert.equal(
    storerText({ storedBy: "ab12", storedByName: "hv01" }),
    'stored by the write-only host "hv01" (ab12), whose word is all there is',
  );
  assert.equal(
    storerText({ storedBy: "ab12", storedIn: "0011" }),
    "stored by the write-only host ab12 in the vault 0011, whose word is all there is",
  );
});

test("`storerName()` and `storerFields()` say nothing where somebody with all keys stored it", () => {
  assert.deepEqual([storerName({}), storerFields({})], ["", {}]);
  const stored = { storedBy: "ab12", storedByName: "hv01" };
  assert.deepEqual([storerName(stored), storerName({ storedBy: "ab12" })], ["hv01", "ab12"]);
  assert.deepEqual(storerFields(stored), stored);
});
