import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonValue } from "../base/index.ts";
import { CimFault } from "../cim/index.ts";
import { openSimulatedHost, type SimulatedHost } from "../simulator/index.ts";
import { Scene, type SceneOptions } from "../simulator/testing/index.ts";
import { MachineNotFoundError } from "./errors.ts";
import { openHypervHost } from "./hyperv-host.ts";
import type { CleanUpReport } from "./machine-host.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, MACHINE } from "./testing/scene-host.ts";

/** What a killed run may have left of a machine that has moved, or was deleted, since. */
interface Case {
  readonly kind: string;
  readonly facts: Readonly<Record<string, JsonValue>>;
  readonly machine: Readonly<Record<string, JsonValue>>;
  readonly host?: Readonly<Record<string, unknown>>;
  /** Of what the old host tells. */
  readonly told: RegExp;
  /** What the machine shows of it once it is put right. */
  readonly right: readonly [read: (state: State) => unknown, value: unknown];
}

type State = NonNullable<Awaited<ReturnType<SimulatedHost["state"]>>["machines"][number]>;

const OLDER = { os: { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 } };
const TASK = { task: "Stillpoint-r-1", file: "C:\\Windows\\Temp\\Stillpoint-r-1.xml" };
const CREATED = "2026-01-01T00:00:00Z";

const CASES: readonly Case[] = [
  {
    kind: "checkpoint-type",
    facts: { former: 3 },
    machine: { checkpointType: "standard" },
    told: /its checkpoint type may be "standard", and was "production"/,
    right: [({ checkpointType }) => checkpointType, "production"],
  },
  {
    kind: "backup-service",
    facts: {},
    machine: { guest: { os: "windows", vss: "disabled", vssBefore: "ok" }, configurationVersion: "5.0" },
    host: OLDER,
    told: /the backup integration service of its guest may be switched off/,
    right: [({ guest }) => guest.vss, "ok"],
  },
  {
    kind: "suspended-replication",
    facts: { ...TASK, asked: true, role: "replica" },
    machine: { state: "off", replication: { mode: "replica", state: "suspended" } },
    told: /its replication may be suspended/,
    right: [({ replication }) => replication.state, "replicating"],
  },
  {
    kind: "recovery-checkpoint",
    facts: { recorded: CREATED, before: [], tree: [], leaves: [] },
    machine: {
      recoveryCheckpoints: [
        { id: "AAAAAAAA-0000-4000-8000-000000000003", name: "Stillpoint r", created: CREATED },
      ],
    },
    told: /may have a backup checkpoint of run r/,
    right: [({ recoveryCheckpoints }) => recoveryCheckpoints ?? [], []],
  },
];

async function sceneOf({ machine, host }: Case, more: Readonly<Record<string, unknown>>): Promise<Scene> {
  const options: SceneOptions = { machine: { ...machine, ...more } };
  return await Scene.open(host === undefined ? options : { ...options, host });
}

async function abandonedBy(on: string, { kind, facts }: Case): Promise<MemoryJournal> {
  const journal = new MemoryJournal();
  const known = { machineName: "web01", run: "r", ...facts };
  await journal.record({ host: on, machine: MACHINE, kind, facts: known });
  journal.die();
  return journal;
}

async function cleaned(
  scene: Scene,
  journal: MemoryJournal,
  from: { readonly host: SimulatedHost; readonly hostKey: string },
): Promise<CleanUpReport> {
  const { host, hostKey } = from;
  const { clock, entropy } = scene;
  const ports = { session: host.session(), files: host.files(), commands: host.commands() };
  journal.die();
  const client = await openHypervHost({ ...ports, clock, entropy, journal, hostKey });
  return await client.cleanUp();
}

/** The same machines, as another node of the cluster has them. */
async function onNode(
  scene: Scene,
  name: string,
  use: (host: SimulatedHost) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-node-"));
  try {
    await cp(scene.folder, folder, { recursive: true });
    const path = join(folder, "host.json");
    const state = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    await writeFile(path, JSON.stringify({ ...state, name }));
    const { clock, entropy } = scene;
    await using host = await openSimulatedHost(folder, { clock, entropy });
    await use(host);
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const one of CASES) {
  test(`\`cleanUp()\` keeps a ${one.kind} whose machine another node has now, and that node puts it right`, async () => {
    await using scene = await sceneOf(one, { clusterOwner: "HV02" });
    const journal = await abandonedBy("sim:HV01", one);
    const { removed, leftBehind } = await cleaned(scene, journal, { host: scene.host, hostKey: "sim:HV01" });
    assert.deepEqual([removed, leftBehind.length, journal.entries.length], [[], 1, 1]);
    assert.match(leftBehind[0] ?? "", /^machine "web01": .*it is on node "HV02" of the cluster now/);
    assert.match(leftBehind[0] ?? "", one.told);
    await onNode(scene, "HV02", async (host) => {
      const report = await cleaned(scene, journal, { host, hostKey: "sim:HV02" });
      assert.deepEqual([report.leftBehind, report.removed.length], [[], 1]);
      const [read, value] = one.right;
      const [machine] = (await host.state()).machines;
      assert.deepEqual(machine === undefined ? undefined : read(machine), value);
      assert.deepEqual(journal.entries, []);
    });
  });

  test(`\`cleanUp()\` tells of a ${one.kind} whose machine is not there any more, once`, async () => {
    await using scene = await sceneOf(one, {});
    await scene.edit((state) => {
      state["machines"] = [];
    });
    const journal = await abandonedBy("sim:HV01", one);
    const { removed, leftBehind } = await cleaned(scene, journal, { host: scene.host, hostKey: "sim:HV01" });
    assert.deepEqual([removed, leftBehind.length], [[], 1]);
    assert.match(leftBehind[0] ?? "", /^machine "web01": .*it is not on this host any more; if it was moved/);
    assert.match(leftBehind[0] ?? "", one.told);
    assert.deepEqual(journal.entries, []);
  });

  test(`\`cleanUp()\` of another host leaves a ${one.kind} alone where no cluster says that it is the same machine`, async () => {
    await using scene = await sceneOf(one, {});
    const journal = await abandonedBy("sim:HV01", one);
    const report = await cleaned(scene, journal, { host: scene.host, hostKey: "sim:elsewhere" });
    assert.deepEqual([report.removed, report.leftBehind, journal.entries.length], [[], [], 1]);
  });
}

test("`cleanUp()` of a replica's node leaves alone what was changed of its original, and the other way round", async () => {
  const [type, , suspended] = CASES;
  assert.ok(type !== undefined && suspended !== undefined);
  for (const [one, mode] of [
    [type, "replica"],
    [suspended, "primary"],
  ] as const) {
    const replication = { mode, state: "suspended" };
    await using scene = await sceneOf(one, { state: "off", clusterOwner: "HV01", replication });
    const journal = await abandonedBy("sim:elsewhere", one);
    const report = await cleaned(scene, journal, { host: scene.host, hostKey: "sim:HV01" });
    assert.deepEqual([report.removed, report.leftBehind, journal.entries.length], [[], [], 1], one.kind);
  }
});

test("`cleanUp()` tells of a guest that must run again and is not there any more", async () => {
  await using scene = await Scene.open();
  await scene.edit((state) => {
    state["machines"] = [];
  });
  const journal = new MemoryJournal();
  const facts = { machineName: "web01", run: "r" };
  await journal.record({ host: "sim:HV01", machine: MACHINE, kind: "paused-guest", facts });
  const { leftBehind } = await cleaned(scene, journal, { host: scene.host, hostKey: "sim:HV01" });
  assert.match(
    leftBehind.join(),
    /it is not on this host any more; if it was moved, it may be saved or paused/,
  );
  assert.deepEqual(journal.entries, []);
});

test("`cleanUp()` says nothing of a setting that was recorded and never changed", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  for (const [kind, facts] of [
    ["checkpoint-type", { former: 3 }],
    ["backup-service", {}],
  ] as const) {
    await journal.record({ host: "sim:HV01", machine: MACHINE, kind, facts });
  }
  const report = await cleaned(scene, journal, { host: scene.host, hostKey: "sim:HV01" });
  assert.deepEqual(report, { removed: [], leftBehind: [] });
  assert.deepEqual(journal.entries, []);
});

test("`cleanUp()` keeps what was changed of a machine that may be on a node that it must not ask about", async () => {
  for (const one of CASES) {
    await using scene = await sceneOf(one, { clusterOwner: "HV02" });
    const session = scene.host.session();
    const query = session.query.bind(session);
    session.query = (namespace, wql, options) => {
      if (!/MSCluster/i.test(namespace)) return query(namespace, wql, options);
      throw new CimFault("Cannot query", { code: 0x8004_1003, reason: "access denied" });
    };
    const journal = await abandonedBy("sim:HV01", one);
    const { clock, entropy } = scene;
    const ports = { session, files: scene.host.files(), commands: scene.host.commands() };
    const client = await openHypervHost({ ...ports, clock, entropy, journal, hostKey: "sim:HV01" });
    const { removed, leftBehind } = await client.cleanUp();
    assert.deepEqual([removed, leftBehind.length, journal.entries.length], [[], 1, 1], one.kind);
    assert.deepEqual(await client.elsewhere(), []);
    await assert.rejects(client.hold(MACHINE, holdOptions()), MachineNotFoundError);
  }
});
