import assert from "node:assert/strict";
import { test } from "node:test";
import { readReplication } from "./replication-link.ts";

test("`readReplication()` reads modes, states and health by the numbers of Msvm_ReplicationRelationship", () => {
  assert.deepEqual(readReplication({ mode: 1, state: 3, health: 1 }), {
    role: "primary",
    state: "replicating",
    health: "ok",
  });
  assert.deepEqual(readReplication({ mode: 2, state: 10, health: 3 }), {
    role: "replica",
    state: "resynchronizing",
    health: "critical",
  });
  assert.equal(readReplication({ mode: 3, state: 3, health: 1 }).role, "test-replica");
  assert.equal(readReplication({ mode: 4, state: 12, health: 2 }).state, "failover-in-progress");
  assert.equal(readReplication({ mode: 4, state: 21, health: 2 }).state, "fire-drill-in-progress");
});

test("`readReplication()` keeps a number that it does not know", () => {
  assert.deepEqual(readReplication({ mode: 9, state: 99, health: 9 }), {
    role: "unknown",
    state: "state-99",
    health: "unknown",
  });
  assert.deepEqual(readReplication({ mode: undefined, state: undefined, health: undefined }), {
    role: "unknown",
    state: "state-absent",
    health: "none",
  });
});
