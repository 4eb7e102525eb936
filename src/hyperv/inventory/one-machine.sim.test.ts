import assert from "node:assert/strict";
import { test } from "node:test";
import { CimFault, type CimInstance, type CimSession } from "../../cim/index.ts";
import { Scene } from "../../simulator/testing/index.ts";
import { MACHINE } from "../testing/scene-host.ts";
import { readMachines, readMachineTrees } from "./read-host.ts";

const OTHER = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02";
const HOSTS = ["6.1.7601", "6.2.9200", "10.0.20348"];

/** Two machines, so that there is something to leave out; the first one has user checkpoints where the host makes them. */
async function twoMachines(version: string): Promise<Scene> {
  const other = {
    id: OTHER,
    name: "other01",
    state: "off",
    generation: 1,
    configurationVersion: version.startsWith("6.1") ? "3.0" : "5.0",
    memoryMegabytes: 16,
    guest: { os: "none", vss: "missing" },
    checkpointType: "disabled",
    replication: { mode: "primary", state: "replicating" },
    disks: [{ controller: "scsi", number: 0, location: 1, physicalDisk: { number: 3, bytes: 2 ** 40 } }],
    checkpoints: [],
  };
  const scene = await Scene.open({
    host: { os: { caption: "Windows Server", version, productType: 3 } },
    machine: version.startsWith("6.1") ? { configurationVersion: "3.0", generation: 1 } : {},
    others: [other],
  });
  if (version.startsWith("10.")) {
    await scene.host.createCheckpoint(MACHINE, "before the update");
    await scene.host.createCheckpoint(MACHINE, "after the update", { memory: true });
    await scene.hold();
  }
  return scene;
}

/** The session, with what went through it. */
function watched(
  session: CimSession,
  refuse: (wql: string) => boolean = () => false,
): { readonly session: CimSession; readonly asked: string[]; readonly rows: CimInstance[] } {
  const [asked, rows]: [string[], CimInstance[]] = [[], []];
  return {
    asked,
    rows,
    session: {
      async *query(namespace, wql, options) {
        asked.push(wql);
        if (refuse(wql)) throw new CimFault("Cannot query", { code: 0x8004_1017, reason: "invalid query" });
        for await (const row of session.query(namespace, wql, options)) {
          rows.push(row);
          yield row;
        }
      },
      get: async (reference, options) => await session.get(reference, options),
      associators: (reference, options) => session.associators(reference, options),
      invoke: async (reference, method, input) => await session.invoke(reference, method, input),
      [Symbol.asyncDispose]: async () => {},
    },
  };
}

for (const version of HOSTS) {
  test(`\`readMachines()\` of one machine of Windows ${version} gives what the reading of all gives, and asks for nothing else`, async () => {
    await using scene = await twoMachines(version);
    const all = await readMachines(scene.session);
    const one = watched(scene.session);
    const [machine, ...rest] = await readMachines(one.session, { machine: MACHINE });
    assert.deepEqual(rest, []);
    assert.deepEqual(
      machine,
      all.find(({ id }) => id === MACHINE),
    );
    const foreign = one.rows.filter((row) => JSON.stringify(row.properties).includes(OTHER));
    assert.deepEqual(foreign, []);
    const trees = await readMachineTrees(scene.session, { machine: MACHINE });
    assert.deepEqual(trees[0]?.checkpoints, machine?.checkpoints);
    assert.deepEqual(trees[0]?.disks, machine?.disks);
  });
}

test("`readMachines()` of a machine that is gone asks once", async () => {
  await using scene = await twoMachines("10.0.20348");
  const one = watched(scene.session);
  const gone = "7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b09" as typeof MACHINE;
  assert.deepEqual(await readMachines(one.session, { machine: gone }), []);
  assert.equal(one.asked.length, 1);
});

test("`readMachines()` lists everything where the host refuses to choose, or chooses nothing", async () => {
  await using scene = await twoMachines("10.0.20348");
  const [wanted] = await readMachines(scene.session, { machine: MACHINE });
  const refusing = watched(scene.session, (wql) => wql.includes(" LIKE "));
  const silent: CimSession = {
    ...watched(scene.session).session,
    query: (namespace, wql, options) =>
      scene.session.query(namespace, wql.replaceAll("LIKE 'Microsoft:", "LIKE 'Nobody:"), options),
  };
  const refused = await readMachines(refusing.session, { machine: MACHINE });
  assert.deepEqual(
    refused.find(({ id }) => id === MACHINE),
    wanted,
  );
  const unheard = await readMachines(silent, { machine: MACHINE });
  const { disks, checkpoints, scsiControllers } = unheard.find(({ id }) => id === MACHINE) ?? {};
  assert.deepEqual(
    { disks, checkpoints, scsiControllers },
    { disks: wanted?.disks, checkpoints: wanted?.checkpoints, scsiControllers: wanted?.scsiControllers },
  );
});
