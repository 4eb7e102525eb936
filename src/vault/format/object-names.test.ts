import assert from "node:assert/strict";
import { test } from "node:test";
import { hexFromBytes, type RestorePointId } from "../../base/index.ts";
import {
  digestFromName,
  keySlotName,
  leaseName,
  packName,
  pointFromName,
  pointName,
  segmentName,
} from "./object-names.ts";

const digest = Uint8Array.from({ length: 32 }, (_, i) => 200 + i);
const id = "00112233445566778899aabbccddeeff" as RestorePointId;

test("names are those of docs/vault-format.md 2", () => {
  const hex = hexFromBytes(digest);
  assert.equal(keySlotName(digest), `keys/${hex}`);
  assert.equal(packName(digest), `packs/c8/${hex}`);
  assert.equal(segmentName(digest), `index/${hex}`);
  assert.equal(pointName(1_700_000_000_000, id), `points/018bcfe56800-${id}`);
  assert.equal(leaseName(1, new Uint8Array(16)), `leases/000000000001-${"0".repeat(32)}`);
});

test("`digestFromName()` and `pointFromName()` read what was named, and nothing else", () => {
  for (const name of [keySlotName(digest), packName(digest), segmentName(digest)]) {
    assert.deepEqual(digestFromName(name), digest);
    assert.equal(digestFromName(`${name}0`), undefined);
    assert.equal(digestFromName(name.toUpperCase()), undefined);
  }
  assert.equal(
    digestFromName(packName(digest).replace("/c8/", "/c9/")),
    undefined,
    "the folder must be the first byte",
  );
  assert.deepEqual(pointFromName(pointName(1234, id)), { milliseconds: 1234, id });
  for (const name of ["points/x", `points/${id}`, `points/018bcfe56800-${id}.tmp`, "config", ""]) {
    assert.equal(pointFromName(name), undefined);
    assert.equal(digestFromName(name), undefined);
  }
});

test("restore points sort by their time", () => {
  const times = [1, 999, 1_700_000_000_000, 1_700_000_000_001, 2 ** 47];
  const names = times.map((time) => pointName(time, id));
  assert.deepEqual(names, names.toSorted());
});
