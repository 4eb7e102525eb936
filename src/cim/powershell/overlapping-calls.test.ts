import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { Scene } from "../../simulator/testing/index.ts";
import { CimConnectionError, CimFault, type CimInstance, type CimSession } from "../index.ts";
import { scriptedSession, sessionThroughProcess } from "./testing/index.ts";

const V2 = "root\\virtualization\\v2";
const CLASSES = [
  "Msvm_ComputerSystem",
  "Msvm_VirtualSystemSettingData",
  "Msvm_ResourceAllocationSettingData",
];
const SEED = 20_261_122;
const CALLS = 300;

const all = async (session: CimSession, className: string, signal?: AbortSignal): Promise<CimInstance[]> =>
  await Array.fromAsync(session.query(V2, `SELECT * FROM ${className}`, { signal }));

test(`calls that overlap, are refused, broken off or interrupted at any moment get their own answers (seed ${SEED})`, async () => {
  await using scene = await Scene.open();
  await using session = await sessionThroughProcess(scene.folder, "frozen");
  const expected = new Map<string, CimInstance[]>();
  for (const name of CLASSES) expected.set(name, await all(scene.session, name));
  const entropy = new SeededEntropy(SEED);
  const ended = { answered: 0, refused: 0, interrupted: 0, brokenOff: 0 };

  const call = async (act: number, className: string): Promise<void> => {
    const rows = expected.get(className) ?? [];
    if (act === 0) {
      await assert.rejects(all(session, "Msvm_Nothing"), CimFault);
      ended.refused++;
    } else if (act === 1) {
      const stop = new AbortController();
      const asked = all(session, className, stop.signal);
      setImmediate(() => stop.abort());
      await assert.rejects(asked, InterruptedError);
      ended.interrupted++;
    } else if (act === 2) {
      for await (const first of session.query(V2, `SELECT * FROM ${className}`)) {
        assert.deepEqual(first, rows[0]);
        break;
      }
      ended.brokenOff++;
    } else if (act === 3) {
      const [first] = rows;
      assert.ok(first?.reference);
      assert.deepEqual(await session.get(first.reference), first);
      ended.answered++;
    } else {
      assert.deepEqual(await all(session, className), rows);
      ended.answered++;
    }
  };

  let running: Promise<void>[] = [];
  for (let made = 0; made < CALLS; made++) {
    const [act = 0, which = 0, pause = 0] = entropy.bytes(3);
    running.push(call(act % 6, CLASSES[which % CLASSES.length] as string));
    if (pause % 8 !== 0) continue;
    await Promise.all(running);
    running = [];
  }
  await Promise.all(running);
  assert.equal(ended.answered + ended.refused + ended.interrupted + ended.brokenOff, CALLS);
  assert.ok(
    Object.values(ended).every((count) => count > 20),
    JSON.stringify(ended),
  );
});

test("a session that is closed in the middle of a call fails it and those in line", async () => {
  const session = await scriptedSession([{ hello: {} }, { silent: "once" }]);
  const calls = ["A", "B"].map(async (name) => await all(session, name));
  const settled = Promise.allSettled(calls);
  await new Promise<void>((resolve) => setImmediate(resolve));
  await session[Symbol.asyncDispose]();
  for (const outcome of await settled) {
    assert.equal(outcome.status, "rejected");
    assert.ok(outcome.reason instanceof CimConnectionError, String(outcome.reason));
  }
  await assert.rejects(all(session, "C"), CimConnectionError);
});
