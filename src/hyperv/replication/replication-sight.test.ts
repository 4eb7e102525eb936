import assert from "node:assert/strict";
import { test } from "node:test";
import { replica } from "../testing/forecast-on.ts";
import { machineOf } from "../testing/index.ts";
import { replicationSight } from "./replication-sight.ts";

test("`replicationSight()` names what goes on with the machine, else its health where critical, else its state", () => {
  const seen = (changed: Parameters<typeof machineOf>[0]): unknown =>
    replicationSight(machineOf(changed), { blocked: true })?.state;
  assert.equal(seen(replica({ state: "resynchronizing" })), "resynchronizing");
  assert.equal(seen(replica({ state: "replicating", health: "critical" })), "critical");
  assert.equal(seen({ ...replica({ state: "replicating" }), activity: "migrating" }), "migrating");
  assert.equal(seen(replica({ role: "primary", state: "replicating" })), "replicating");
});

test("`replicationSight()` sees nothing of machines that do not replicate, and of test replicas", () => {
  assert.equal(replicationSight(machineOf({}), { blocked: false }), undefined);
  assert.equal(replicationSight(machineOf(replica({ role: "test-replica" })), { blocked: true }), undefined);
  assert.equal(replicationSight(machineOf(replica({ role: "none" })), { blocked: true }), undefined);
});
