import assert from "node:assert/strict";
import { test } from "node:test";
import { DamageLedger } from "./damage-ledger.ts";

test("`DamageLedger` names each restore point and machine once, and keeps what was said of an object first", () => {
  const ledger = new DamageLedger();
  ledger.note("packs/b", "it is cut off");
  ledger.note("packs/b", "it is something else");
  for (const id of ["2", "2", "1"]) {
    ledger.blame("packs/b", { id, machine: "web01" });
    ledger.blame("packs/a", { id });
  }
  assert.deepEqual(ledger.report(), [
    { object: "packs/a", what: "it is damaged", points: ["1", "2"], machines: [] },
    { object: "packs/b", what: "it is cut off", points: ["1", "2"], machines: ["web01"] },
  ]);
});

test("`DamageLedger` holds a thousand restore points an object, and counts the others", () => {
  const ledger = new DamageLedger();
  for (let id = 0; id < 2500; id++) {
    for (const machine of ["web01", "web01", `vm${id % 3}`])
      ledger.blame("packs/a", { id: `${id}`, machine });
  }
  const [only] = ledger.report();
  assert.deepEqual([only?.points.length, only?.morePoints], [1000, 1500]);
  assert.deepEqual(only?.machines, ["vm0", "vm1", "vm2", "web01"]);
});
