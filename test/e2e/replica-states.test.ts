import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { forecastMachine, type MachineInventory } from "../../src/hyperv/index.ts";
import { machineOf } from "../../src/hyperv/testing/index.ts";
import { hostJson } from "../testing/backup-scene.ts";
import { Workplace } from "../testing/stillpoint.ts";

/** How the host shows it, and what it is called in German. */
interface Shown {
  readonly inventory: Partial<MachineInventory>;
  readonly german: RegExp;
}

/** A state in which Hyper-V refuses to back up a replica (hyperv-facts 6), and what it is called. */
interface BlockingState {
  readonly name: string;
  readonly replication: Readonly<Record<string, string>>;
  readonly state?: string;
  readonly english: RegExp;
  /** Absent where no state of the host tells it: only a hold that is refused does. */
  readonly shown?: Shown;
}

function shownAs(state: string, german: RegExp, health: "ok" | "critical" = "ok"): Shown {
  return { inventory: { power: "off", replication: [{ role: "replica", state, health }] }, german };
}

const BLOCKING: readonly BlockingState[] = [
  {
    name: "log-applied",
    replication: { state: "applying-log" },
    english: /a change log is being applied, or could not be/,
  },
  {
    name: "apply-cancelled",
    replication: { state: "apply-cancelled" },
    english: /a change log is being applied, or could not be/,
  },
  {
    name: "apply-failed",
    replication: { state: "apply-failed", health: "warning" },
    english: /\(replicating, health warning\): a change log is being applied, or could not be/,
  },
  {
    name: "health-critical",
    replication: { state: "replicating", health: "critical" },
    english: /The health of its replication is critical/,
    shown: shownAs("replicating", /kritisch/, "critical"),
  },
  {
    name: "resync-required",
    replication: { state: "waiting-to-start-resynchronization" },
    english: /must be synchronised again/,
    shown: shownAs("waiting-to-start-resync", /muss neu synchronisiert werden/),
  },
  {
    name: "resync-running",
    replication: { state: "resynchronizing" },
    english: /is being synchronised again/,
    shown: shownAs("resynchronizing", /wird neu synchronisiert/),
  },
  {
    name: "migrating",
    replication: { state: "replicating" },
    state: "migrating",
    english: /It is migrating; that ends by itself/,
    shown: {
      inventory: { ...shownAs("replicating", /./).inventory, activity: "migrating" },
      german: /Sie wird gerade verschoben; das endet von selbst/,
    },
  },
  {
    name: "initial-replication",
    replication: { state: "waiting-to-complete-initial-replication" },
    english: /Its initial replication is running/,
    shown: shownAs("waiting-to-complete-initial-replication", /Ihre erste Replikation läuft/),
  },
  {
    name: "failover",
    replication: { state: "failover-in-progress" },
    english: /A failover of it is in progress/,
    shown: shownAs("failover-in-progress", /Ein Failover von ihr läuft/),
  },
];

/** A host with a replica in each of the states, each named for it. */
function makeHost(place: Workplace): string {
  mkdirSync(place.path("host"), { recursive: true });
  const machines = BLOCKING.map(({ name, replication, state = "off" }, at) => ({
    id: `7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B0${at}`,
    name,
    state,
    replication: { mode: "replica", ...replication },
  }));
  writeFileSync(place.path("host/host.json"), hostJson(machines));
  return `sim:${place.path("host")}`;
}

describe("the eight states in which Hyper-V refuses to back up a replica", () => {
  test("are each told by their own sentence in `stillpoint forecast`, but for logs, which no state shows (S31)", async () => {
    using place = new Workplace();
    const { lines, text } = await place.run(["forecast", "--host", makeHost(place)]);
    const reasons = new Map(
      lines
        .filter(({ type }) => type === "machine")
        .map(({ name, forecast }) => [name, forecast as Readonly<Record<string, unknown>>]),
    );
    assert.equal(reasons.size, BLOCKING.length, text);
    for (const { name, english, shown } of BLOCKING) {
      assert.equal(reasons.get(name)?.["possible"], shown === undefined, name);
      if (shown !== undefined) assert.match(String(reasons.get(name)?.["reason"]), english);
    }
  });

  test("each fail a backup as busy, by their own sentence, with the advice in the user's language (S31)", async () => {
    using place = new Workplace();
    const host = makeHost(place);
    assert.equal((await place.run(["vault", "init", ...place.vault()])).code, 0);
    const backup = ["backup", "--host", host, "--all", "--retries", "1", ...place.vault()];
    for (const [locale, advice] of [
      ["C", /^The message names the blocking state/],
      ["de_DE.UTF-8", /^Die Meldung nennt den Zustand/],
    ] as const) {
      const { errors, code, text } = await place.run(backup, { environment: { LC_ALL: locale } });
      assert.equal(code, 1, text);
      const told = new Map(errors.map((error) => [(error["machine"] as { name: string }).name, error]));
      for (const { name, english } of BLOCKING) {
        const error = told.get(name);
        assert.equal(error?.["code"], "machine-busy", name);
        assert.match(String(error["message"]), english);
        assert.match(String(error["advice"]), advice);
      }
    }
  });

  test("have a sentence each in German, all different, where the host shows them (S31)", () => {
    const host = { generation: "2019", productType: 3, caption: "Windows Server 2019" } as const;
    const told = new Set<string>();
    for (const { name, shown } of BLOCKING) {
      if (shown === undefined) continue;
      const { reason } = forecastMachine(machineOf(shown.inventory), host, { language: "de" });
      assert.match(reason, shown.german, name);
      told.add(reason);
    }
    assert.equal(told.size, 6);
  });
});
