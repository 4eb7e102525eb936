import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  type BackupResult,
  canonicalFolder,
  describeError,
  initVault,
  listMachines,
  runBackup,
  type UseCaseContext,
} from "../../src/app/index.ts";
import { guid, noEvents, Secret, systemClock, systemEntropy } from "../../src/base/index.ts";
import { FakeClock } from "../../src/base/testing/index.ts";
import { openReplicationRhythm, type ReplicationSeen } from "../../src/runs/index.ts";
import { hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { PASSPHRASE, Workplace } from "../testing/stillpoint.ts";

const REPLICA = guid("7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01");
const HALF_HOUR_MS = 30 * 60_000;

/** A host with one replica that is off. */
async function makeHost(place: Workplace): Promise<void> {
  mkdirSync(place.path("host/drives/D/M"), { recursive: true });
  writeFileSync(place.path("host/drives/D/M/r.vhdx"), await smallDisk(1));
  const replica = {
    id: REPLICA,
    name: "replica01",
    state: "off",
    replication: { mode: "replica", state: "replicating" },
    disks: [scsiDisk(0, "D:\\M\\r.vhdx")],
  };
  writeFileSync(place.path("host/host.json"), hostJson([replica]));
}

/** What the replica does from now on. */
function replicates(place: Workplace, state: string): void {
  const path = place.path("host/host.json");
  const host = JSON.parse(readFileSync(path, "utf8")) as {
    readonly machines: readonly { readonly replication: object }[];
  };
  const machines = host.machines.map((machine) => ({
    ...machine,
    replication: { ...machine.replication, state },
  }));
  writeFileSync(path, JSON.stringify({ ...host, machines }));
}

/** Use cases of days that pass only in the test. */
class Days {
  readonly clock = new FakeClock("2026-05-01T00:00:00Z");
  readonly context: UseCaseContext;
  readonly #place: Workplace;

  constructor(place: Workplace) {
    this.#place = place;
    this.context = {
      world: { clock: this.clock, entropy: systemEntropy },
      events: noEvents,
      signal: new AbortController().signal,
      stateDir: place.path("state"),
    };
  }

  /** Looks every half hour for so many days at a replica that resynchronises except from 02:00 to 04:30. */
  async look(days: number): Promise<unknown> {
    let proposal: unknown;
    for (let halfHour = 0; halfHour < days * 48; halfHour++) {
      const time = this.clock.now().toString().slice(11, 16);
      replicates(this.#place, time >= "02:00" && time < "04:30" ? "replicating" : "resynchronizing");
      const request = { host: `sim:${this.#place.path("host")}`, selection: { all: true } } as const;
      const { proposals, warnings } = await listMachines(request, this.context);
      assert.deepEqual(warnings, []);
      proposal = proposals.get(REPLICA);
      this.clock.advance(HALF_HOUR_MS);
    }
    return proposal;
  }

  async backup(): Promise<BackupResult> {
    const vault = { vault: this.#place.path("vault"), passphrase: new Secret(PASSPHRASE) };
    return await runBackup(
      {
        ...vault,
        host: `sim:${this.#place.path("host")}`,
        selection: { all: true },
        attempts: 2,
        retryDelaySeconds: 60,
      },
      this.context,
    );
  }
}

test("the time that is proposed is the replica's quiet slot, once it was seen on three days (S34)", async () => {
  using place = new Workplace();
  await makeHost(place);
  const days = new Days(place);
  assert.deepEqual(await days.look(2), { kind: "not-enough", observations: 96 });
  const slot = { kind: "slot", fromMinute: 120, minutes: 150, observations: 15, blocked: 0, held: 0 };
  assert.deepEqual(await days.look(1), slot);

  // what backups meet counts too: a machine that was held is told, a log that no state shows shortens the slot
  await initVault({ vault: place.path("vault"), passphrase: new Secret(PASSPHRASE) }, days.context);
  days.clock.advance(5 * HALF_HOUR_MS); // the fourth day, 02:30
  replicates(place, "replicating");
  const held = await days.backup();
  assert.deepEqual(held.failed, []);
  days.clock.advance(23.5 * 2 * HALF_HOUR_MS); // the fifth day, 02:00
  replicates(place, "applying-log");
  const { failed, proposals } = await days.backup();
  const [busy] = failed;
  assert.ok(busy);
  const proposal = proposals.get(REPLICA);
  const told = describeError(busy.error, { language: "en", proposal });
  assert.equal(told.code, "machine-busy");
  const { text, ...facts } = told.proposal ?? { text: "" };
  assert.deepEqual(facts, {
    kind: "slot",
    from: "02:30",
    to: "04:30",
    observations: 13,
    blocked: 0,
    held: 1,
  });
  assert.match(text, /between 02:30 and 04:30 UTC: 13 observations, 1 of them a backup/);
});

test("`stillpoint forecast` and a backup that found the replica busy say the time that is proposed, in the user's language (S34)", async () => {
  using place = new Workplace();
  await makeHost(place);
  const now = systemClock.now();
  const quiet = now
    .round({ smallestUnit: "minute", roundingIncrement: 30, roundingMode: "floor" })
    .add({ hours: 6 });
  const host = `sim:${await canonicalFolder(place.path("host"))}`;
  const usual = { host, machine: REPLICA, held: false, state: "replicating" };
  const seen = [2, 3, 4].flatMap((days): readonly ReplicationSeen[] => {
    const at = quiet.subtract({ hours: 24 * days });
    return [
      { ...usual, at, blocked: false },
      { ...usual, at: at.add({ minutes: 30 }), blocked: false },
      { ...usual, at: at.add({ minutes: 60 }), blocked: true },
    ];
  });
  {
    await using rhythm = await openReplicationRhythm(place.path("state"), { clock: systemClock });
    await rhythm.note(seen);
  }
  const [from, to] = [quiet, quiet.add({ hours: 1 })].map((one) => one.toString().slice(11, 16));
  replicates(place, "applying-log");

  const forecast = await place.run(["forecast", "--host", `sim:${place.path("host")}`]);
  const line = forecast.lines.find(({ type }) => type === "machine");
  assert.deepEqual(slotOf(line?.["proposal"]), [from, to, 6], forecast.text);

  assert.equal((await place.run(["vault", "init", ...place.vault()])).code, 0);
  const backup = await place.run(
    ["backup", "--host", `sim:${place.path("host")}`, "--all", "--retries", "1", ...place.vault()],
    { environment: { LC_ALL: "de_DE.UTF-8" } },
  );
  const [error] = backup.errors;
  assert.equal(error?.["code"], "machine-busy", backup.text);
  assert.deepEqual(slotOf(error["proposal"]), [from, to, 6]);
  const { text } = error["proposal"] as { readonly text: string };
  assert.match(text, /^Ihre Replikation war am häufigsten zwischen .* UTC frei: 6 Beobachtungen/);
  assert.match(JSON.stringify(backup.summary["failed"]), /Ihre Replikation war am häufigsten/);
});

function slotOf(proposal: unknown): readonly unknown[] {
  const { from, to, observations } = (proposal ?? {}) as Readonly<Record<string, unknown>>;
  return [from, to, observations];
}
