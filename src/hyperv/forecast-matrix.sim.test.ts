import assert from "node:assert/strict";
import { test } from "node:test";
import { Scene } from "../simulator/testing/index.ts";
import { FailingSession, MemoryJournal } from "./testing/index.ts";
import { hostOf } from "./testing/scene-host.ts";

/** Version of the host, configuration version of its machines. */
const HOSTS = {
  "2008r2": ["6.1.7601", "3.0"],
  "2012": ["6.2.9200", "4.0"],
  "2012r2": ["6.3.9600", "5.0"],
  "2016": ["10.0.14393", "8.0"],
  "2019": ["10.0.17763", "9.0"],
  "2022": ["10.0.20348", "10.0"],
  "2025": ["10.0.26100", "12.0"],
} as const;

/** requirements.md 1, written out: situation → consistency, checkpoint, method, interruption. */
const ROWS_OF_2016_AND_LATER = `
running windows ok                production      none/disabled       → application production recovery-checkpoint no
running windows ok                production-only none/disabled       → application production recovery-checkpoint no
running linux   ok                production      none/disabled       → filesystem  production recovery-checkpoint no
running windows missing           production      none/disabled       → crash       standard   recovery-checkpoint no
running windows disabled          production      none/disabled       → crash       standard   recovery-checkpoint no
running windows failing           production      none/disabled       → crash       standard   recovery-checkpoint no
running windows protocol-mismatch production      none/disabled       → crash       standard   recovery-checkpoint no
running windows ok                standard        none/disabled       → crash       standard   recovery-checkpoint no
running windows ok                disabled        none/disabled       → crash       none       recovery-checkpoint possible
off     windows missing           production      none/disabled       → crash       none       recovery-checkpoint no
off     windows missing           production      replica/replicating → crash       none       recovery-checkpoint no
off     windows missing           production      extended-replica/replicating → crash none    recovery-checkpoint no
running windows ok                production      replica/recovered   → application production recovery-checkpoint no
running windows ok                production      primary/replicating → application production recovery-checkpoint no
running windows ok                production      primary/critical    → application production recovery-checkpoint no
paused  windows ok                production      none/disabled       → crash       none       recovery-checkpoint no
saved   windows ok                production      none/disabled       → saved       none       recovery-checkpoint no
`;

const ROWS_OF_OLDER = {
  "2012r2": `
running windows ok      production none/disabled       → application production shadow-copy no
running linux   ok      production none/disabled       → filesystem  production shadow-copy no
running windows missing production none/disabled       → crash       standard   shadow-copy no
running windows disabled production none/disabled      → crash       standard   shadow-copy no
off     windows missing production none/disabled       → crash       none       shadow-copy no
off     windows missing production replica/replicating → crash       none       shadow-copy no
paused  windows ok      production none/disabled       → crash       none       shadow-copy no
saved   windows ok      production none/disabled       → saved       none       shadow-copy no
`,
  "2012": `
running windows ok      production none/disabled       → application production shadow-copy no
running windows missing production none/disabled       → crash       none       shadow-copy save
off     windows missing production none/disabled       → crash       none       shadow-copy no
off     windows missing production replica/resynchronizing → crash   none       shadow-copy no
saved   windows ok      production none/disabled       → saved       none       shadow-copy no
`,
  "2008r2": `
running windows ok      production none/disabled       → application production shadow-copy no
running none    missing production none/disabled       → crash       none       shadow-copy save
off     windows missing production none/disabled       → crash       none       shadow-copy no
paused  windows ok      production none/disabled       → crash       none       shadow-copy no
saved   windows ok      production none/disabled       → saved       none       shadow-copy no
`,
};

const TABLES: readonly (readonly [keyof typeof HOSTS, string])[] = [
  ["2008r2", ROWS_OF_OLDER["2008r2"]],
  ["2012", ROWS_OF_OLDER["2012"]],
  ["2012r2", ROWS_OF_OLDER["2012r2"]],
  ["2016", ROWS_OF_2016_AND_LATER],
  ["2019", ROWS_OF_2016_AND_LATER],
  ["2022", ROWS_OF_2016_AND_LATER],
  ["2025", ROWS_OF_2016_AND_LATER],
];

for (const [release, table] of TABLES) {
  test(`\`machines()\` forecasts every situation of a ${release} host as the truth table has it`, async () => {
    const rows = table.trim().split("\n");
    const [version, configurationVersion] = HOSTS[release];
    const disks = [{ controller: "ide", number: 0, location: 0, path: "D:\\M\\m.vhdx" }];
    const others = rows.map((row, i) => {
      const [state, os, vss, checkpointType, replication] = row.split(/\s+/);
      const [mode, replicationState] = (replication ?? "").split("/");
      return {
        id: `7B1F0D6E-3C50-4B0C-9C67-${String(i).padStart(12, "0")}`,
        name: `m${String(i).padStart(2, "0")}`,
        generation: 1,
        configurationVersion,
        state,
        guest: { os, vss },
        checkpointType,
        replication: { mode, state: replicationState },
        disks,
      };
    });
    const os = { caption: `Windows Server ${release}`, version, productType: 3 };
    await using scene = await Scene.open({
      host: { os },
      machine: { state: "off", configurationVersion },
      others,
    });
    await using host = await hostOf(scene, new MemoryJournal());
    const machines = await host.machines();
    assert.equal(machines.length, rows.length + 1);
    for (const [i, row] of rows.entries()) {
      const forecast = machines[i]?.forecast;
      const said = [
        forecast?.consistency,
        forecast?.checkpointKind,
        forecast?.method,
        forecast?.interruptsGuest,
      ];
      assert.deepEqual(
        said.join(" "),
        row.split("→")[1]?.trim().replaceAll(/\s+/g, " "),
        `${release}: ${row}`,
      );
      assert.ok((forecast?.reason.length ?? 0) > 20, `${release}: ${row} has no reason`);
      assert.equal(forecast?.possible, true);
    }
  });
}

test("`machines()` asks the host the same number of questions for one machine and for forty", async () => {
  const counts: number[] = [];
  for (const more of [0, 39]) {
    const others = Array.from({ length: more }, (_, i) => ({
      id: `7B1F0D6E-3C50-4B0C-9C68-${String(i).padStart(12, "0")}`,
      name: `m${i}`,
      configurationVersion: "9.0",
      disks: [{ controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx" }],
    }));
    await using scene = await Scene.open({ others });
    const session = new FailingSession(scene.session, { at: 0, when: "before", error: "kill" });
    await using host = await hostOf(scene, new MemoryJournal(), session);
    assert.equal((await host.machines()).length, more + 1);
    counts.push(session.calls);
  }
  assert.equal(counts[0], counts[1]);
  assert.ok((counts[0] ?? 99) <= 20, `${counts[0]} questions`);
});
