import assert from "node:assert/strict";
import { test } from "node:test";
import { machineOf } from "../testing/index.ts";
import { busyFromFailure } from "./busy.ts";

const CONFLICT =
  "The virtual machine 'x' cannot start a backup operation because it is currently executing a conflicting operation. Try the backup again.";

test("`busyFromFailure()` knows a conflict by its code in every language, and by Hyper-V's sentence", () => {
  for (const failure of [
    { code: 32_775, sentence: "unverständlich" },
    { code: 32_774, sentence: "" },
    { code: 32_768, sentence: CONFLICT },
  ]) {
    assert.equal(busyFromFailure(machineOf(), failure)?.hostSentence, failure.sentence);
  }
});

test("`busyFromFailure()` takes other failures for what they are", () => {
  for (const failure of [
    { code: 32_768, sentence: "The disk is full." },
    { code: 32_770, sentence: "not supported" },
  ]) {
    assert.equal(busyFromFailure(machineOf(), failure), undefined);
  }
});

test("`busyFromFailure()` takes every failure of a replica for its replication, unless it was failed over and runs", () => {
  const replication = [{ role: "replica", state: "replicating", health: "warning" }] as const;
  const failure = { code: 32_768, sentence: "It failed." };
  const busy = busyFromFailure(machineOf({ power: "off", replication }), failure);
  assert.match(busy?.blocking ?? "", /^replication \(replicating, health warning\)/);
  assert.equal(busyFromFailure(machineOf({ replication }), failure), undefined);
});
