import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, type JsonValue } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { accessTo } from "../testing/access-to.ts";
import { checkpointOf, diskOf, MemoryJournal, machineOf, ScriptedSession } from "../testing/index.ts";
import { CustodyKeeper, readCustody } from "./recovery-custody.ts";

const MADE = guid("9c0d1e2f-0000-4000-8000-0000000000ff");

test("`readCustody()` reads back what `CustodyKeeper` wrote, in another process", async () => {
  await using session = new ScriptedSession({ rows: {} });
  const journal = new MemoryJournal();
  const machine = machineOf({
    checkpoints: [checkpointOf()],
    disks: [diskOf(), diskOf({ location: 1, kind: "pass-through", path: undefined })],
  });
  const clock = new FakeClock("2026-03-01T12:00:00Z");
  const keeper = await CustodyKeeper.record(accessTo(session, { journal, clock }), machine, { run: "run-1" });
  await keeper.amend({ job: "job-1" });
  await keeper.amend({ checkpoint: MADE });
  await keeper.amend({ standing: ["D:\\M\\m_1.avhdx"] });
  journal.die();
  const [entry] = await journal.abandoned("test");
  const again = readCustody(JSON.parse(JSON.stringify(entry)) as never);
  assert.deepEqual(JSON.stringify(again), JSON.stringify(keeper.facts));
  assert.equal(again?.recorded?.toString(), "2026-03-01T12:00:00Z");
  assert.deepEqual(again?.leaves, [{ controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx" }]);
  assert.deepEqual([again?.tree, again?.before, again?.checkpoint], [[checkpointOf().id], [], MADE]);
});

test("`readCustody()` leaves entries of other kinds alone", () => {
  const entry = { id: "e1", host: "test", machine: MADE, kind: "shadow-copy", facts: {} };
  assert.equal(readCustody(entry), undefined);
  assert.equal(readCustody({ ...entry, kind: "recovery-checkpoint", machine: "no id" }), undefined);
});

test("`readCustody()` reads an entry with facts that are missing or wrong as far as it goes", () => {
  const junk: readonly JsonValue[] = [null, 7, "text", [], [7, null, "x", { controller: "ide" }], {}, true];
  for (const value of junk) {
    for (const name of ["run", "recorded", "before", "tree", "leaves", "job", "checkpoint", "standing"]) {
      const custody = readCustody({
        id: "e1",
        host: "test",
        machine: MADE,
        kind: "recovery-checkpoint",
        facts: { machineName: "web01", [name]: value },
      });
      assert.equal(custody?.machine, MADE);
      assert.deepEqual([custody.checkpoint, custody.leaves, custody.before], [undefined, [], []]);
    }
  }
});
