import assert from "node:assert/strict";
import { test } from "node:test";
import { announcedMethod } from "./announced-method.ts";

test("`announcedMethod()` reads the captions of all releases", () => {
  const captions = [
    ["Online\\web01", "guest"],
    ["Offline\\web01", "still"],
    ["web01(Online)", "guest"],
    ["web01 (Offline)", "still"],
    ["Backup Using Child Partition Snapshot\\web01", "guest"],
    ["Backup Using Saved State\\web01", "saved"],
    ["Offline\\renamed since", "still"],
    ["web01", "unclear"],
    ["", "unclear"],
    [undefined, "unclear"],
  ] as const;
  for (const [caption, method] of captions)
    assert.equal(announcedMethod(caption, "web01"), method, caption ?? "none");
});

test("`announcedMethod()` is not fooled by the name of a machine", () => {
  assert.equal(announcedMethod("Offline\\online", "online"), "still");
  assert.equal(announcedMethod("online(Offline)", "Online"), "still");
  assert.equal(announcedMethod("Offline\\a\\Online", "a\\Online"), "still");
  assert.equal(announcedMethod("Offline\\Saved State", "Saved State"), "still");
});
