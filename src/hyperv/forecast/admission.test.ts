import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostGeneration } from "../inventory/host-generation.ts";
import type { ReplicationLink } from "../inventory/replication-link.ts";
import { codesOf, on, replica, words } from "../testing/forecast-on.ts";
import { checkpointOf, diskOf, machineOf } from "../testing/index.ts";
import { forecastMachine } from "./forecast.ts";
import type { Forecast } from "./forecast-types.ts";

const ALL: readonly HostGeneration[] = ["2008", "2008r2", "2012", "2012r2", "2016", "2019", "2022", "2025"];
test("`forecastMachine()` refuses desktop Windows whatever the machine is, and says why", () => {
  const host = { generation: "newer", productType: 1, caption: "Windows 11 Pro" } as const;
  for (const changed of [{}, { power: "off" }, replica({ role: "test-replica" })] as const) {
    const forecast = forecastMachine(machineOf(changed), host);
    assert.deepEqual(forecast.refusal, { kind: "refused", code: "desktop-not-supported" });
    assert.match(forecast.reason, /needs Windows Server: Windows 11 Pro is a desktop Windows/);
    assert.deepEqual([forecast.consistency, forecast.method], [null, null]);
  }
});

test("`forecastMachine()` skips a test replica on every host", () => {
  for (const host of ALL) {
    assert.deepEqual(on(host, replica({ role: "test-replica" })).refusal, {
      kind: "skipped",
      code: "test-replica",
    });
  }
});

/** The first block of requirements.md 1: states of a replica, and a word of what is said of each. */
const BLOCKING: readonly (readonly [Partial<ReplicationLink>, RegExp])[] = [
  [{ state: "waiting-to-complete-initial-replication" }, /initial replication is running/],
  [{ state: "resynchronizing" }, /being synchronised again/],
  [{ state: "waiting-to-start-resync" }, /must be synchronised again/],
  [{ state: "resync-suspended" }, /must be synchronised again/],
  [{ state: "failover-in-progress" }, /failover of it is in progress/],
  [{ state: "critical" }, /health of its replication is critical/],
  [{ health: "critical" }, /health of its replication is critical/],
];

test("`forecastMachine()` calls a replica busy in each state in which Hyper-V refuses, and says which", () => {
  for (const [link, sentence] of BLOCKING) {
    for (const role of ["replica", "extended-replica"] as const) {
      for (const host of ["2012r2", "2016", "2019", "2022", "2025"] as const) {
        const forecast = on(host, replica({ ...link, role }));
        assert.deepEqual(forecast.refusal, { kind: "busy", code: "machine-busy" }, `${host} ${link.state}`);
        assert.match(forecast.reason, sentence);
      }
    }
  }
});

test("`forecastMachine()` on 2012, which does not refuse, forecasts a replica in such a state with a warning", () => {
  for (const [link] of BLOCKING) {
    const forecast = on("2012", replica(link));
    assert.equal(words(forecast), "crash none shadow-copy no");
    assert.ok(codesOf(forecast).includes("replica-may-be-inconsistent"));
  }
});

test("`forecastMachine()` lets a replica be backed up in every other state", () => {
  for (const state of ["ready-for-replication", "replicating", "recovered", "suspended", "committed"]) {
    assert.equal(on("2019", replica({ state })).possible, true, state);
  }
});

test("`forecastMachine()` treats a replica that runs after a failover as the running machine that it is", () => {
  const forecast = on("2019", { replication: [{ role: "replica", state: "recovered", health: "critical" }] });
  assert.equal(words(forecast), "application production recovery-checkpoint no");
});

test("`forecastMachine()` waits for a primary only while it is copied; a partner in trouble is a warning", () => {
  const primary = (link: Partial<ReplicationLink>): Forecast =>
    on("2019", { replication: [{ role: "primary", state: "replicating", health: "ok", ...link }] });
  for (const state of ["waiting-to-complete-initial-replication", "resynchronizing"]) {
    assert.equal(primary({ state }).refusal?.kind, "busy", state);
  }
  for (const link of [
    { health: "critical" },
    { state: "critical" },
    { state: "waiting-to-start-resync" },
  ] as const) {
    const forecast = primary(link);
    assert.equal(words(forecast), "application production recovery-checkpoint no");
    assert.deepEqual(codesOf(forecast), ["replica-partner-critical"]);
  }
  assert.deepEqual(codesOf(primary({})), []);
});

test("`forecastMachine()` calls a machine busy while it changes by itself, and names the state", () => {
  const words = [
    ["starting", "starting"],
    ["stopping", "shutting down"],
    ["saving", "being saved"],
    ["merging", "merging its disks"],
    ["migrating", "migrating"],
    ["exporting", "being exported"],
  ] as const;
  for (const [state, said] of words) {
    const asPower = on("2019", { power: state });
    const asActivity = on("2019", { activity: state });
    for (const forecast of [asPower, asActivity]) {
      assert.deepEqual(forecast.refusal, { kind: "busy", code: "machine-busy" });
      assert.ok(forecast.reason.startsWith(`It is ${said};`), forecast.reason);
    }
  }
});

test("`forecastMachine()` calls a machine busy while another's backup checkpoint stands, and tells ours apart", () => {
  const foreign = on("2019", { recoveryCheckpoints: [checkpointOf({ name: "web01 - Backup" })] });
  assert.deepEqual(foreign.refusal, { kind: "busy", code: "machine-busy" });
  assert.match(foreign.reason, /"web01 - Backup" stands, which Stillpoint has not made/);
  const ours = on("2019", { recoveryCheckpoints: [checkpointOf({ name: "Stillpoint run-7" })] });
  assert.match(ours.reason, /"Stillpoint run-7" of a run of Stillpoint stands/);
});

test("`forecastMachine()` does not guess about a machine that the host describes with nonsense", () => {
  for (const changed of [{ power: "unknown" }, { hasSettings: false }] as const) {
    const forecast = on("2019", { ...changed, puzzles: ["its EnabledState is 77"] });
    assert.deepEqual(forecast.refusal, { kind: "busy", code: "machine-unreadable" });
    assert.match(forecast.reason, /its EnabledState is 77/);
  }
});

test("`forecastMachine()` refuses a machine with a shared VHDX on 2012 R2 with the ways out, and leaves the disk out later", () => {
  const disks = [
    diskOf(),
    diskOf({ location: 1, kind: "shared", path: "C:\\ClusterStorage\\V1\\quorum.vhdx" }),
  ];
  const old = on("2012r2", { disks });
  assert.deepEqual(old.refusal, { kind: "refused", code: "shared-disk-not-supported" });
  assert.match(old.reason, /quorum\.vhdx is a shared VHDX.*inside the guest.*VHD set on Windows Server 2016/);
  const newer = on("2019", { disks });
  assert.equal(newer.possible, true);
  assert.deepEqual(
    newer.uncovered.map(({ disk }) => disk),
    ["C:\\ClusterStorage\\V1\\quorum.vhdx"],
  );
});
