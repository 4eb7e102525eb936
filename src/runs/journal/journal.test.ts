import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import type { CustodyJournal, CustodyListing } from "../../hyperv/index.ts";
import {
  JournalBusyError,
  JournalDamagedError,
  JournalEntryMissingError,
  JournalNewerError,
} from "../errors.ts";
import type { CustodyFacts } from "./custody-entry.ts";
import { type Journal, openJournal } from "./journal.ts";
import { currentOwner, type Owner } from "./owner.ts";

const base = mkdtempSync(join(tmpdir(), "stillpoint-journal-"));
after(() => rmSync(base, { recursive: true, force: true }));

const clock = new FakeClock();
const SOMEBODY: Owner = { pid: 77, startTime: "5", bootId: "boot" };
const checkpoint = (name: string): CustodyFacts => ({
  host: "HV01",
  machine: "7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c",
  kind: "recovery-checkpoint",
  facts: { name },
});

function freshFolder(): string {
  return mkdtempSync(join(base, "state-"));
}

/** The journal of another process. */
async function openStrangers(folder: string): Promise<Journal> {
  return await openJournal(folder, { clock, owner: SOMEBODY });
}

async function namesAbandoned(journal: Journal, host = "HV01"): Promise<unknown[]> {
  return (await journal.abandoned(host)).map((entry) => entry.facts["name"]);
}

describe("openJournal()", () => {
  test("gives what `hyperv` wants of a journal", async () => {
    await using journal = await openJournal(freshFolder(), { clock });
    const port: CustodyJournal = journal;
    assert.deepEqual(await port.abandoned("HV01"), []);
  });

  test("makes the state folder", async () => {
    await using journal = await openJournal(join(freshFolder(), "not/yet"), { clock });
    assert.match(await journal.record(checkpoint("a")), /./);
  });

  test("refuses a file that is no database, and leaves it alone", async () => {
    const folder = freshFolder();
    const file = join(folder, "journal.sqlite");
    writeFileSync(file, Buffer.alloc(8192, 7));
    await assert.rejects(openJournal(folder, { clock }), JournalDamagedError);
    assert.deepEqual(readFileSync(file), Buffer.alloc(8192, 7));
  });

  test("refuses a file of a newer program", async () => {
    const folder = freshFolder();
    await (await openJournal(folder, { clock }))[Symbol.asyncDispose]();
    using database = new DatabaseSync(join(folder, "journal.sqlite"));
    database.exec("PRAGMA user_version = 99");
    await assert.rejects(openJournal(folder, { clock }), JournalNewerError);
  });
});

describe("Journal", () => {
  test("`abandoned()` gives what a dead owner recorded, whole and oldest first", async () => {
    const folder = freshFolder();
    const theirs = await openStrangers(folder);
    const first = await theirs.record(checkpoint("first"));
    await theirs.record(checkpoint("second"));
    await theirs.amend(first, { instance: "Microsoft:123", ranges: [1, null, { a: true }] });
    await using ours = await openJournal(folder, { clock, isAlive: () => false });
    assert.deepEqual(await ours.abandoned("HV01"), [
      {
        ...checkpoint("first"),
        id: first,
        facts: { name: "first", instance: "Microsoft:123", ranges: [1, null, { a: true }] },
      },
      { ...checkpoint("second"), id: String(Number(first) + 1) },
    ]);
  });

  test("`abandoned()` leaves alone what a living owner recorded", async () => {
    const folder = freshFolder();
    const theirs = await openStrangers(folder);
    await theirs.record(checkpoint("held"));
    const asked: Owner[] = [];
    const isAlive = (owner: Owner): boolean => asked.push(owner) > 0;
    await using ours = await openJournal(folder, { clock, isAlive });
    assert.deepEqual(await ours.abandoned("HV01"), []);
    assert.deepEqual(asked, [SOMEBODY]);
  });

  test("`abandoned()` tells runs of one process apart: only an ended one has abandoned anything", async () => {
    const folder = freshFolder();
    const first = await openJournal(folder, { clock });
    await first.record(checkpoint("left"));
    await using second = await openJournal(folder, { clock });
    await second.record(checkpoint("own"));
    assert.deepEqual(await namesAbandoned(second), []);
    await first[Symbol.asyncDispose]();
    assert.deepEqual(await namesAbandoned(second), ["left"]);
  });

  test("`abandoned()` gives an entry to one cleaner at a time, and to it again", async () => {
    const folder = freshFolder();
    const theirs = await openStrangers(folder);
    await theirs.record(checkpoint("left"));
    const isAlive = (owner: Owner): boolean => owner.pid !== SOMEBODY.pid;
    const one = await openJournal(folder, { clock, isAlive });
    await using other = await openJournal(folder, { clock, isAlive });
    assert.deepEqual(await namesAbandoned(one), ["left"]);
    assert.deepEqual(await namesAbandoned(other), []);
    assert.deepEqual(await namesAbandoned(one), ["left"]);
    await one[Symbol.asyncDispose]();
    assert.deepEqual(await namesAbandoned(other), ["left"]);
  });

  test("`abandoned()` looks at one host only", async () => {
    const folder = freshFolder();
    const theirs = await openStrangers(folder);
    await theirs.record(checkpoint("here"));
    await theirs.record({ ...checkpoint("there"), host: "HV02" });
    await using ours = await openJournal(folder, { clock, isAlive: () => false });
    assert.deepEqual(await namesAbandoned(ours, "HV02"), ["there"]);
  });

  test("`adrift()` shows what dead owners recorded of other hosts, and takes nothing over", async () => {
    const folder = freshFolder();
    const theirs = await openStrangers(folder);
    await theirs.record(checkpoint("here"));
    await theirs.record({ ...checkpoint("there"), host: "HV02" });
    await using ours = await openJournal(folder, { clock, isAlive: () => false });
    const adrift = await ours.adrift("HV01");
    assert.deepEqual(
      adrift.map(({ host, facts }) => [host, facts["name"]]),
      [["HV02", "there"]],
    );
    await using others = await openJournal(folder, { clock, isAlive: () => false });
    assert.deepEqual(await namesAbandoned(others, "HV02"), ["there"], "it is nobody else's any more");
    await using living = await openJournal(folder, { clock, isAlive: () => true });
    assert.deepEqual(await living.adrift("HV01"), []);
  });

  test("`strike()` removes an entry for good, and does not mind when there is none", async () => {
    const folder = freshFolder();
    const theirs = await openStrangers(folder);
    const id = await theirs.record(checkpoint("gone"));
    await theirs.strike(id);
    await theirs.strike(id);
    assert.notEqual(await theirs.record(checkpoint("next")), id, "ids are never used again");
    await using ours = await openJournal(folder, { clock, isAlive: () => false });
    assert.deepEqual(await namesAbandoned(ours), ["next"]);
  });

  test("`amend()` refuses an entry that was struck", async () => {
    await using journal = await openJournal(freshFolder(), { clock });
    const id = await journal.record(checkpoint("a"));
    await journal.strike(id);
    await assert.rejects(journal.amend(id, { x: 1 }), JournalEntryMissingError);
  });

  test("a run without entries leaves no row of itself, and can go on after another has tidied", async () => {
    const folder = freshFolder();
    await using long = await openJournal(folder, { clock });
    await long.strike(await long.record(checkpoint("a")));
    {
      await using short = await openJournal(folder, { clock });
      await short.strike(await short.record(checkpoint("b")));
    }
    using database = new DatabaseSync(join(folder, "journal.sqlite"));
    assert.deepEqual(database.prepare("SELECT * FROM session").all(), []);
    await long.record(checkpoint("c"));
    assert.equal(database.prepare("SELECT * FROM session").all().length, 1);
  });

  test("says that another process keeps the database, instead of waiting for ever", async () => {
    const folder = freshFolder();
    await using journal = await openJournal(folder, { clock, busyTimeoutMs: 20 });
    using other = new DatabaseSync(join(folder, "journal.sqlite"));
    other.exec("BEGIN IMMEDIATE");
    await assert.rejects(journal.record(checkpoint("a")), JournalBusyError);
    other.exec("ROLLBACK");
    await journal.record(checkpoint("a"));
  });

  test("refuses a row that nobody wrote", async () => {
    const folder = freshFolder();
    const theirs = await openStrangers(folder);
    await theirs.record(checkpoint("a"));
    using database = new DatabaseSync(join(folder, "journal.sqlite"));
    database.exec("UPDATE session SET owner = '{\"pid\":true}'");
    await using ours = await openJournal(folder, { clock });
    await assert.rejects(ours.abandoned("HV01"), JournalDamagedError);
  });
});

describe("a journal that a crash cut off", () => {
  test("has lost no entry whose `record()` had resolved when its process was killed", async () => {
    const folder = freshFolder();
    const child = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `const { openJournal } = await import(${JSON.stringify(new URL("../index.ts", import.meta.url).href)});
         const { systemClock } = await import(${JSON.stringify(new URL("../../base/index.ts", import.meta.url).href)});
         const journal = await openJournal(${JSON.stringify(folder)}, { clock: systemClock });
         for (let i = 0; ; i++) {
           await journal.record({ host: "HV01", machine: "m", kind: "recovery-checkpoint", facts: { name: String(i) } });
           process.stdout.write(i + "\\n");
           await new Promise(setImmediate);
         }`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let last = -1;
    const exited = once(child, "exit");
    for await (const line of createInterface({ input: child.stdout })) {
      last = Number(line);
      if (last === 5) {
        await using living = await openJournal(folder, { clock });
        assert.deepEqual(await living.abandoned("HV01"), [], "its owner lives");
      }
      if (last === 10) child.kill("SIGKILL");
    }
    await exited;
    await using journal = await openJournal(folder, { clock });
    const names = await namesAbandoned(journal);
    assert.ok(names.length >= last + 1, `${names.length} entries, ${last + 1} had resolved`);
    assert.deepEqual(
      names,
      names.map((_, i) => String(i)),
    );
  });

  test("holds the entries up to where its log is torn, wherever that is", async () => {
    const folder = freshFolder();
    const theirs = await openStrangers(folder);
    for (let i = 0; i < 8; i++) await theirs.record(checkpoint(String(i)));
    const log = readFileSync(join(folder, "journal.sqlite-wal"));
    const counts: number[] = [];
    for (let length = log.length; length >= 0; length -= 1777) {
      const copy = freshFolder();
      copyFileSync(join(folder, "journal.sqlite"), join(copy, "journal.sqlite"));
      copyFileSync(join(folder, "journal.sqlite-wal"), join(copy, "journal.sqlite-wal"));
      truncateSync(join(copy, "journal.sqlite-wal"), length);
      await using journal = await openJournal(copy, { clock, isAlive: () => false });
      const names = await namesAbandoned(journal);
      assert.deepEqual(
        names,
        names.map((_, i) => String(i)),
      );
      counts.push(names.length);
    }
    assert.equal(counts[0], 8);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => b - a),
    );
  });

  test("is used by several processes' worth of connections at once without losing one", async () => {
    const folder = freshFolder();
    const journals = await Promise.all(
      Array.from(
        { length: 4 },
        async (_, i) => await openJournal(folder, { clock, owner: { ...SOMEBODY, pid: i } }),
      ),
    );
    await Promise.all(
      journals.flatMap((journal, i) =>
        Array.from({ length: 10 }, async (_, n) => await journal.record(checkpoint(`${i}-${n}`))),
      ),
    );
    await using ours = await openJournal(folder, { clock, owner: currentOwner(), isAlive: () => false });
    assert.equal(new Set(await namesAbandoned(ours)).size, 40);
  });
});

test("`Journal.standing()` shows whose entries live, and takes nothing over", async () => {
  const folder = freshFolder();
  await using strangers = await openStrangers(folder);
  await strangers.record(checkpoint("dead"));
  await using journal = await openJournal(folder, { clock });
  await journal.record(checkpoint("mine"));
  const listing: CustodyListing = journal;
  const inShort = (await listing.standing("HV01")).map(({ facts, ownerIsAlive }) => [
    facts["name"],
    ownerIsAlive,
  ]);
  assert.deepEqual(inShort, [
    ["dead", false],
    ["mine", true],
  ]);
  const [entry] = await listing.standing("HV01");
  assert.equal(entry?.recorded.toString(), clock.now().toString());
  assert.deepEqual(await listing.standing("HV02"), []);
  await using other = await openJournal(folder, { clock });
  assert.deepEqual(await namesAbandoned(other), ["dead"]);
});
