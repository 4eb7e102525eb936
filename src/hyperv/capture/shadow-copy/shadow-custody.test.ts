import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../../base/index.ts";
import { accessTo } from "../../testing/access-to.ts";
import { MemoryJournal, machineOf, ScriptedSession } from "../../testing/index.ts";
import { readShadowCustody, ShadowCustody } from "./shadow-custody.ts";

const SET = guid("aaaaaaaa-0000-4000-8000-000000000001");
const SHADOW = guid("bbbbbbbb-0000-4000-8000-000000000001");

test("`readShadowCustody()` reads back what `ShadowCustody` wrote, in another process", async () => {
  await using session = new ScriptedSession({ rows: {} });
  const journal = new MemoryJournal();
  const custody = await ShadowCustody.record(accessTo(session, { journal }), machineOf(), "run/1");
  await custody.amend({ before: [SHADOW] });
  await custody.amend({ volumes: ["D:\\"] });
  await custody.amend({ set: SET, shadows: [SHADOW], ended: true });
  const [entry] = journal.entries;
  assert.equal(entry?.kind, "shadow-copy");
  const again = readShadowCustody(JSON.parse(JSON.stringify(entry)) as never);
  assert.deepEqual(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify(custody.facts)));
  assert.match(again?.paths.script ?? "", /^C:\\Windows\\Temp\\Stillpoint-run_1-[0-9a-f]{8}\.dsh$/);
  assert.deepEqual(
    [again?.wasRunning, again?.set, again?.shadows, again?.ended],
    [true, SET, [SHADOW], true],
  );
});

test("two attempts of one run never use the same files", async () => {
  await using session = new ScriptedSession({ rows: {} });
  const access = accessTo(session);
  const first = await ShadowCustody.record(access, machineOf(), "run-1");
  const second = await ShadowCustody.record(access, machineOf(), "run-1");
  assert.notEqual(first.facts.paths.log, second.facts.paths.log);
});

test("`readShadowCustody()` takes no entry of another kind, and none whose files are unknown", () => {
  const entry = { id: "e1", host: "h", machine: machineOf().id, kind: "shadow-copy", facts: {} };
  assert.equal(readShadowCustody(entry), undefined);
  const facts = {
    script: "C:\\s",
    log: "C:\\l",
    metadata: "C:\\m",
    set: 7,
    shadows: "x",
    ended: 1,
    before: [1, null],
  };
  const odd = readShadowCustody({ ...entry, facts });
  assert.deepEqual(
    [odd?.set, odd?.shadows, odd?.before, odd?.volumes, odd?.ended],
    [undefined, [], [], undefined, false],
  );
  assert.equal(readShadowCustody({ ...entry, facts, kind: "paused-guest" }), undefined);
  assert.equal(readShadowCustody({ ...entry, facts, machine: "web01" }), undefined);
});
