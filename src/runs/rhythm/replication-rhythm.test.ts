import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { openReplicationRhythm, type ReplicationSeen } from "./replication-rhythm.ts";

const base = mkdtempSync(join(tmpdir(), "stillpoint-rhythm-"));
after(() => rmSync(base, { recursive: true, force: true }));

const REPLICA = "7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b01";
const MINUTE = 60_000;

function freshFolder(): string {
  return mkdtempSync(join(base, "state-"));
}

function seenNow(clock: FakeClock, more: Partial<ReplicationSeen> = {}): ReplicationSeen {
  const usual = { host: "HV01", machine: REPLICA, blocked: false, held: false, state: "replicating" };
  return { at: clock.now(), ...usual, ...more };
}

/** 2026-05-01T02:00Z, counted by hand: 20,574 days after 1970 and four half hours. */
const TWO_O_CLOCK = 20_574 * 48 + 4;

describe("ReplicationRhythm", () => {
  test("keeps what was seen of a machine on a host, by half hours, for the next process too", async () => {
    const folder = freshFolder();
    const clock = new FakeClock("2026-05-01T02:29:59Z");
    {
      await using rhythm = await openReplicationRhythm(folder, { clock });
      await rhythm.note([seenNow(clock), seenNow(clock, { host: "HV02", blocked: true })]);
      clock.advance(1000);
      await rhythm.note([seenNow(clock, { blocked: true, state: "resynchronizing" })]);
    }
    await using rhythm = await openReplicationRhythm(folder, { clock });
    assert.deepEqual(await rhythm.seenOf("HV01", REPLICA), [
      { halfHour: TWO_O_CLOCK, blocked: false, held: false, state: "replicating" },
      { halfHour: TWO_O_CLOCK + 1, blocked: true, held: false, state: "resynchronizing" },
    ]);
    assert.deepEqual(
      (await rhythm.seenOf("HV02", REPLICA)).map(({ blocked }) => blocked),
      [true],
    );
    assert.deepEqual(await rhythm.seenOf("HV03", REPLICA), []);
  });

  test("makes one sighting of all that was seen in one half hour: blocked outweighs free, with its state", async () => {
    const clock = new FakeClock("2026-05-01T02:00:00Z");
    await using rhythm = await openReplicationRhythm(freshFolder(), { clock });
    await rhythm.note([seenNow(clock)]);
    await rhythm.note([
      seenNow(clock, { blocked: true, state: "critical" }),
      seenNow(clock, { held: true, state: "replicating" }),
    ]);
    assert.deepEqual(await rhythm.seenOf("HV01", REPLICA), [
      { halfHour: TWO_O_CLOCK, blocked: true, held: true, state: "critical" },
    ]);
  });

  test("remembers four weeks and no more, of machines too that nobody sees any more", async () => {
    const folder = freshFolder();
    const clock = new FakeClock("2026-05-01T02:00:00Z");
    await using rhythm = await openReplicationRhythm(folder, { clock });
    await rhythm.note([seenNow(clock, { machine: "gone" })]);
    for (let look = 0; look < 30 * 48; look++) {
      await rhythm.note([seenNow(clock)]);
      clock.advance(30 * MINUTE);
    }
    const sightings = await rhythm.seenOf("HV01", REPLICA);
    assert.equal(sightings.length, 28 * 48);
    assert.equal(sightings[0]?.halfHour, TWO_O_CLOCK + 2 * 48);
    using database = new DatabaseSync(join(folder, "rhythm.sqlite"));
    assert.deepEqual({ ...database.prepare("SELECT count(*) AS rows FROM sighting").get() }, { rows: 1344 });
  });

  test("does not grow by being asked again, nor by a clock that was ahead", async () => {
    const clock = new FakeClock("2027-05-01T02:00:00Z");
    const folder = freshFolder();
    {
      await using ahead = await openReplicationRhythm(folder, { clock });
      for (let look = 0; look < 100; look++) await ahead.note([seenNow(clock)]);
      assert.equal((await ahead.seenOf("HV01", REPLICA)).length, 1);
    }
    const right = new FakeClock("2026-05-01T02:00:00Z");
    await using rhythm = await openReplicationRhythm(folder, { clock: right });
    await rhythm.note([seenNow(right)]);
    assert.deepEqual(
      (await rhythm.seenOf("HV01", REPLICA)).map(({ halfHour }) => halfHour),
      [TWO_O_CLOCK],
    );
  });
});
