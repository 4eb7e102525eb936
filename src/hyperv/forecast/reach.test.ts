import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostGeneration } from "../inventory/host-generation.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { on, replica, words } from "../testing/forecast-on.ts";

const NEW: readonly HostGeneration[] = ["2016", "2019", "2022", "2025", "newer"];

/** The second block of requirements.md 1: hosts, what is different of a healthy running Windows machine, the outcome. */
const REACH: readonly (readonly [readonly HostGeneration[], Partial<MachineInventory>, string])[] = [
  [NEW, {}, "application production recovery-checkpoint no"],
  [NEW, { checkpointType: "production-only" }, "application production recovery-checkpoint no"],
  [NEW, { integration: "degraded" }, "application production recovery-checkpoint no"],
  [NEW, { guestOs: "linux" }, "filesystem production recovery-checkpoint no"],
  [NEW, { guestOs: "unknown" }, "filesystem production recovery-checkpoint no"],
  [NEW, { integration: "missing" }, "crash standard recovery-checkpoint no"],
  [NEW, { integration: "disabled" }, "crash standard recovery-checkpoint no"],
  [NEW, { integration: "failing" }, "crash standard recovery-checkpoint no"],
  [NEW, { integration: "lost" }, "crash standard recovery-checkpoint no"],
  [NEW, { integration: "protocol-mismatch" }, "crash standard recovery-checkpoint no"],
  [NEW, { checkpointType: "standard" }, "crash standard recovery-checkpoint no"],
  [NEW, { checkpointType: "standard", guestOs: "linux" }, "crash standard recovery-checkpoint no"],
  [NEW, { checkpointType: "disabled" }, "crash none recovery-checkpoint possible"],
  [["2016", "2019"], { configurationVersion: "5.0" }, "application production shadow-copy no"],
  [
    ["2016", "2019"],
    { configurationVersion: "5.0", integration: "missing" },
    "crash standard shadow-copy no",
  ],
  [["2016", "2019"], { configurationVersion: "6.2" }, "application production recovery-checkpoint no"],
  [["2012r2"], {}, "application production shadow-copy no"],
  [["2012r2"], { guestOs: "linux" }, "filesystem production shadow-copy no"],
  [["2012r2"], { integration: "missing" }, "crash standard shadow-copy no"],
  [["2012r2"], { integration: "disabled" }, "crash standard shadow-copy no"],
  [["2012r2"], { generation: 1, scsiControllers: 0 }, "crash standard shadow-copy no"],
  [["2012r2"], { generation: 1, scsiControllers: 1 }, "application production shadow-copy no"],
  [["2008", "2008r2", "2012"], {}, "application production shadow-copy no"],
  [["2008", "2008r2", "2012"], { integration: "missing" }, "crash none shadow-copy save"],
  [["2008", "2008r2", "2012"], { integration: "disabled" }, "crash none shadow-copy save"],
  [["2008", "2008r2", "2012"], { guestOs: "linux" }, "crash none shadow-copy save"],
  [["2012", "2012r2"], replica(), "crash none shadow-copy no"],
  [NEW, replica(), "crash none recovery-checkpoint no"],
  [NEW, replica({ role: "extended-replica" }), "crash none recovery-checkpoint no"],
  [NEW, { power: "off" }, "crash none recovery-checkpoint no"],
  [NEW, { power: "paused" }, "crash none recovery-checkpoint no"],
  [NEW, { power: "saved" }, "saved none recovery-checkpoint no"],
  [["2008", "2012", "2012r2"], { power: "off" }, "crash none shadow-copy no"],
  [["2008", "2012", "2012r2"], { power: "paused" }, "crash none shadow-copy no"],
  [["2008", "2012", "2012r2"], { power: "saved" }, "saved none shadow-copy no"],
];

test("`forecastMachine()` says for every row of the truth table what is reached, by what, and what the guest feels", () => {
  for (const [hosts, changed, expected] of REACH) {
    for (const host of hosts) {
      const forecast = on(host, changed);
      assert.equal(words(forecast), expected, `${host} ${JSON.stringify(changed)}`);
      assert.equal(forecast.possible, true);
      assert.equal(forecast.refusal, undefined);
      assert.equal(forecast.memory, changed.power === "saved");
      assert.match(forecast.reason, /^[A-Z].{19,}[^.]$/);
    }
  }
});
