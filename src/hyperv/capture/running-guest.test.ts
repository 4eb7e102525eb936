import assert from "node:assert/strict";
import { test } from "node:test";
import { CimConnectionError, type CimInstance } from "../../cim/index.ts";
import { accessTo } from "../testing/access-to.ts";
import { hostRows, MemoryJournal, machineOf, ROW_MACHINE, row, ScriptedSession } from "../testing/index.ts";
import {
  type GuestOutcome,
  guestNotices,
  keepRunning,
  readGuestEntry,
  recordRunningGuest,
} from "./running-guest.ts";

const RESUMING_LIMIT_MS = 10 * 60_000;

/** Looks after a guest that goes through these states, one a look; the last one stays. */
async function kept(
  states: readonly (number | undefined)[],
  answers: { readonly returnValue: number; readonly next?: number } = { returnValue: 0, next: 2 },
): Promise<{ outcome: GuestOutcome; asked: unknown[]; entries: number; waitedMs: number }> {
  const session = new ScriptedSession({ rows: hostRows() });
  const journal = new MemoryJournal();
  const access = accessTo(session, { journal });
  const queue = [...states];
  const asked: unknown[] = [];
  session.get = async (): Promise<CimInstance | undefined> => {
    const state = queue.length > 1 ? queue.shift() : queue[0];
    if (state === undefined) return undefined;
    return row("Msvm_ComputerSystem", { Name: ROW_MACHINE, EnabledState: state }, ["Name"]);
  };
  session.invoke = async (_on, method, input) => {
    asked.push([method, input.arguments["RequestedState"], input.arguments["TimeoutPeriod"]]);
    if (answers.next !== undefined) queue.splice(0, queue.length, answers.next);
    return { returnValue: answers.returnValue, out: {} };
  };
  const guest = await recordRunningGuest(access, machineOf(), "run-1");
  const outcome = await keepRunning(access, guest);
  return { outcome, asked, entries: journal.entries.length, waitedMs: access.clock.monotonicMs() };
}

test("`keepRunning()` leaves a guest alone that runs, that the host resumes itself, or that somebody switched off", async () => {
  for (const states of [[2], [6, 32_777, 2], [32_773, 6, 2], [9, 3]]) {
    const { outcome, asked, entries } = await kept(states);
    assert.deepEqual([outcome.kind, asked, entries], ["runs", [], 0], String(states));
    assert.deepEqual(guestNotices(outcome), []);
  }
});

test("`keepRunning()` resumes a guest that stays saved or paused, in the words of both namespaces", async () => {
  for (const state of [6, 9, 32_768, 32_769]) {
    const { outcome, asked, entries, waitedMs } = await kept([state]);
    assert.deepEqual([outcome.kind, entries], ["runs", 0]);
    assert.deepEqual(asked, [["RequestStateChange", 2, null]]);
    assert.ok(waitedMs >= 5_000 && waitedMs < 30_000, `${waitedMs} ms`);
    assert.deepEqual(
      guestNotices(outcome).map(({ code }) => code),
      ["guest-resumed"],
    );
  }
});

test("`keepRunning()` gives up after a while, says what the host says, and the journal keeps the guest", async () => {
  const { outcome, asked, entries, waitedMs } = await kept([6], { returnValue: 32_775 });
  assert.ok(outcome.kind === "left");
  assert.match(outcome.sentence, /it ran before the backup and now is saved; the host refuses.*32775/);
  assert.ok(asked.length > 10);
  assert.equal(entries, 1);
  assert.ok(waitedMs >= RESUMING_LIMIT_MS && waitedMs < RESUMING_LIMIT_MS + 60_000, `${waitedMs} ms`);
  assert.deepEqual(
    guestNotices(outcome).map(({ code }) => code),
    ["guest-not-resumed"],
  );
});

test("`keepRunning()` tells of a guest that is deleted while it is looked at, and nobody looks for it again", async () => {
  const { outcome, asked, entries } = await kept([6, undefined]);
  assert.ok(outcome.kind === "gone");
  assert.match(
    outcome.sentence,
    /it is not on this host any more; if it was moved, it may be saved or paused/,
  );
  assert.deepEqual([asked, entries], [[], 0]);
  assert.deepEqual(
    guestNotices(outcome).map(({ code }) => code),
    ["guest-not-resumed"],
  );
});

test("`keepRunning()` of a host that cannot be reached is an outcome, and the journal keeps the guest", async () => {
  const session = new ScriptedSession({ rows: hostRows() });
  const journal = new MemoryJournal();
  const access = accessTo(session, { journal });
  const guest = await recordRunningGuest(access, machineOf(), "run-1");
  session.get = async () => {
    throw new CimConnectionError("Cannot reach the host: it is gone");
  };
  const outcome = await keepRunning(access, guest);
  assert.ok(outcome.kind === "left");
  assert.equal(journal.entries.length, 1);
});

test("`readGuestEntry()` reads back what was recorded, and nothing else", async () => {
  await using session = new ScriptedSession({ rows: {} });
  const journal = new MemoryJournal();
  const guest = await recordRunningGuest(accessTo(session, { journal }), machineOf(), "run-1");
  const [entry] = journal.entries;
  assert.ok(entry !== undefined);
  assert.deepEqual(readGuestEntry(entry), guest);
  assert.equal(readGuestEntry({ ...entry, kind: "shadow-copy" }), undefined);
  assert.equal(readGuestEntry({ ...entry, machine: "web01" }), undefined);
});
