import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { JournalError } from "../errors.ts";
import { openRunHistory } from "./run-history.ts";

const base = mkdtempSync(join(tmpdir(), "stillpoint-history-"));
after(() => rmSync(base, { recursive: true, force: true }));

const posix = { skip: process.platform === "win32" ? "Windows has no file modes" : false };

function freshFolder(): string {
  return mkdtempSync(join(base, "state-"));
}

describe("RunHistory", () => {
  test("is its owner's alone, also in a folder that everybody may read", posix, async () => {
    const folder = freshFolder();
    chmodSync(folder, 0o755);
    await using history = await openRunHistory(folder, { clock: new FakeClock() });
    await history.begin({ id: "run-1", kind: "backup", host: "HV01" });
    const names = readdirSync(folder);
    assert.ok(names.length >= 2, names.join(", "));
    for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  });

  test("keeps when a run began and ended, how, and what it said", async () => {
    const folder = freshFolder();
    const clock = new FakeClock("2026-03-01T22:00:00Z");
    {
      await using history = await openRunHistory(folder, { clock });
      const id = await history.begin({ id: "run-1", kind: "backup", host: "HV01" });
      assert.equal(id, "run-1");
      clock.advance(90_000);
      await history.end(id, { outcome: "done", summary: { points: [{ id: "p", bytes: 5 }] } });
    }
    await using history = await openRunHistory(folder, { clock });
    assert.deepEqual(await history.list(), [
      {
        id: "run-1",
        kind: "backup",
        host: "HV01",
        started: Temporal.Instant.from("2026-03-01T22:00:00Z"),
        ended: Temporal.Instant.from("2026-03-01T22:01:30Z"),
        outcome: "done",
        summary: { points: [{ id: "p", bytes: 5 }] },
      },
    ]);
  });

  test("tells a run that still works from one whose process died", async () => {
    const folder = freshFolder();
    const clock = new FakeClock();
    const isAlive = ({ pid }: { readonly pid: number }): boolean => pid === 1;
    for (const pid of [1, 2]) {
      const owner = { pid, startTime: "5", bootId: "boot" };
      await using history = await openRunHistory(folder, { clock, owner });
      await history.begin({ id: `run-${pid}`, kind: "backup", host: "HV01" });
    }
    await using history = await openRunHistory(folder, { clock, isAlive });
    assert.deepEqual(
      (await history.list()).map((row) => [row.id, row.outcome, row.ended, row.summary]),
      [
        ["run-2", "died", undefined, undefined],
        ["run-1", "running", undefined, undefined],
      ],
    );
  });

  test("lists newest first, in pages, also of one host", async () => {
    await using history = await openRunHistory(freshFolder(), { clock: new FakeClock() });
    for (let i = 1; i <= 7; i++) {
      await history.begin({ id: `run-${i}`, kind: "backup", host: i % 2 ? "odd" : "even" });
    }
    const ids = async (listing: Parameters<typeof history.list>[0]): Promise<string[]> =>
      (await history.list(listing)).map((row) => row.id);
    assert.deepEqual(await ids({ limit: 3 }), ["run-7", "run-6", "run-5"]);
    assert.deepEqual(await ids({ limit: 3, before: "run-5" }), ["run-4", "run-3", "run-2"]);
    assert.deepEqual(await ids({ host: "odd", before: "run-5" }), ["run-3", "run-1"]);
    assert.deepEqual(await ids({ before: "run-1" }), []);
  });

  test("forgets the oldest runs above the number that is kept", async () => {
    await using history = await openRunHistory(freshFolder(), { clock: new FakeClock(), rowsKept: 3 });
    for (let i = 1; i <= 5; i++) await history.begin({ id: `run-${i}`, kind: "verify", host: "" });
    assert.deepEqual(
      (await history.list()).map((row) => row.id),
      ["run-5", "run-4", "run-3"],
    );
    await history.end("run-1", { outcome: "failed" });
    assert.equal((await history.list()).length, 3);
  });

  test("refuses a second run of the same id", async () => {
    await using history = await openRunHistory(freshFolder(), { clock: new FakeClock() });
    await history.begin({ id: "run-1", kind: "backup", host: "HV01" });
    await assert.rejects(history.begin({ id: "run-1", kind: "backup", host: "HV01" }), JournalError);
  });

  test("takes an end without a summary", async () => {
    await using history = await openRunHistory(freshFolder(), { clock: new FakeClock() });
    await history.end(await history.begin({ id: "r", kind: "backup", host: "HV01" }), {
      outcome: "interrupted",
    });
    const [row] = await history.list();
    assert.deepEqual([row?.outcome, row?.summary], ["interrupted", undefined]);
  });
});
