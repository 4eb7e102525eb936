import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import {
  CimConnectionError,
  CimFault,
  type CimMethodResult,
  type CimReference,
  textOf,
} from "../cim/index.ts";
import { HostFileError } from "../places/index.ts";
import { Scene, type SceneOptions } from "./testing/index.ts";

const DISK = "D:\\M\\m.vhdx";
const CONFLICT = /cannot start a backup operation because it is currently executing a conflicting operation/;

/** State, error code and sentence of the job that a recovery checkpoint became. */
async function outcome(scene: Scene, level: 1 | 2): Promise<readonly [unknown, unknown, string]> {
  const job = await scene.ended(await scene.createRecovery(level));
  assert.ok(job);
  return [job.properties["JobState"], job.properties["ErrorCode"], textOf(job, "ErrorDescription")];
}

async function leaf(scene: Scene): Promise<string> {
  return (await scene.host.state()).machines[0]?.disks[0]?.path ?? "";
}

test("a running machine's leaf and live files cannot be opened; a frozen parent and an off machine's files can", async () => {
  await using scene = await Scene.open();
  const files = scene.host.files();
  const isLocked = { code: "host-file-locked", reason: "locked" };
  const live =
    "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V\\Virtual Machines\\7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";
  for (const path of [DISK, "d:/m/M.VHDX", `${live}.vmcx`, `${live}.vmrs`, `${live}.vmgs`]) {
    await assert.rejects(files.open(path), isLocked, path);
  }
  await scene.hold();
  await using frozen = await files.open(DISK);
  assert.ok(frozen.sizeBytes > 0);
  await assert.rejects(files.open(await leaf(scene)), isLocked);
  await scene.host.setState("web01", "off");
  await using own = await files.open(await leaf(scene));
  assert.ok(own.sizeBytes > 0);
});

test("a file that is open in a reader blocks the merge: the job fails, the chain stays, the next stop merges it", async () => {
  await using scene = await Scene.open();
  const held = await scene.hold();
  const child = await leaf(scene);
  {
    await using reader = await scene.host.files().open(DISK);
    await scene.release(held);
    assert.ok(reader.sizeBytes > 0);
    const merge = (await scene.all("Msvm_ConcreteJob"))[2];
    assert.ok(merge);
    const { JobType, JobState, ErrorCode } = merge.properties;
    assert.deepEqual([JobType, JobState, ErrorCode], [50, 10, 32768]);
    assert.match(textOf(merge, "ErrorDescription"), /0x80070020/);
    assert.equal(await leaf(scene), child);
    assert.deepEqual(await scene.host.audit(), [
      `"web01" has an outstanding merge of "${child}"`,
      `"${DISK}" is still open`,
    ]);
  }
  await scene.host.setState("web01", "off");
  assert.equal(await leaf(scene), DISK);
  assert.ok(!existsSync(scene.native(child)));
  assert.deepEqual(await scene.host.audit(), []);
});

test("where a blocked merge waits instead, it is done as soon as the reader is closed", async () => {
  await using scene = await Scene.open({ host: { assumptions: { blockedMerge: "waits" } } });
  const held = await scene.hold();
  {
    await using reader = await scene.host.files().open(DISK);
    await scene.release(held);
    assert.ok(reader.sizeBytes > 0);
    const machine = (await scene.all("Msvm_ComputerSystem"))[1];
    assert.deepEqual(machine?.properties["OperationalStatus"], [11, 32772]);
  }
  assert.deepEqual(await scene.host.audit(), []);
  assert.equal(await leaf(scene), DISK);
});

test("a file that is open cannot be removed; a made one can when it is closed", async () => {
  await using scene = await Scene.open();
  const files = scene.host.files();
  {
    await using made = await files.create("D:\\new\\x.bin");
    await made.write(new Uint8Array(3), 0);
    await assert.rejects(files.remove("D:\\new\\x.bin"), { reason: "locked" });
  }
  await files.remove("D:\\new\\x.bin");
  await assert.rejects(files.remove(DISK), { reason: "locked" });
});

test("level application fails where the guest cannot, and level crash works there", async () => {
  for (const guest of [
    { os: "windows", vss: "missing" },
    { os: "windows", vss: "disabled" },
    { os: "windows", vss: "failing" },
    { os: "windows", vss: "protocol-mismatch" },
    { os: "windows", vss: "ok", freeze: "fails" },
  ]) {
    await using scene = await Scene.open({ machine: { guest } });
    const [state, code, text] = await outcome(scene, 1);
    assert.deepEqual([state, code], [10, 32768], JSON.stringify(guest));
    assert.match(text, /web01.*0x800423F4/);
    assert.deepEqual((await outcome(scene, 2))[0], 7);
  }
});

const REPLICA_REFUSES = [
  "applying-log",
  "apply-cancelled",
  "apply-failed",
  "waiting-to-complete-initial-replication",
  "waiting-to-start-resynchronization",
  "resynchronizing",
  "failover-in-progress",
  "critical",
];

function replica(replication: Readonly<Record<string, string>>): SceneOptions {
  return { machine: { state: "off", replication: { mode: "replica", ...replication } } };
}

const CONFLICTS: readonly [string, SceneOptions][] = [
  ["starting", { machine: { state: "starting" } }],
  ["merging", { machine: { state: "merging" } }],
  ["migrating", { machine: { state: "migrating" } }],
  ...REPLICA_REFUSES.map((state): [string, SceneOptions] => [
    `a replica that is ${state}`,
    replica({ state }),
  ]),
  [
    "an extended replica of critical health",
    replica({ mode: "extended-replica", state: "replicating", health: "critical" }),
  ],
];

for (const [name, options] of CONFLICTS) {
  test(`a conflicting operation refuses with Hyper-V's sentence: ${name}`, async () => {
    await using scene = await Scene.open(options);
    const [state, code, text] = await outcome(scene, 2);
    assert.deepEqual([state, code], [10, 32775]);
    assert.match(text, CONFLICT);
    assert.deepEqual(await scene.host.audit(), []);
  });
}

test("replication that is in order, and a primary in its initial replication, do not refuse", async () => {
  for (const replication of [
    { mode: "replica", state: "replicating" },
    { mode: "primary", state: "waiting-to-complete-initial-replication" },
    { mode: "none", state: "disabled" },
  ]) {
    await using scene = await Scene.open({ machine: { state: "off", replication } });
    assert.equal((await outcome(scene, 2))[0], 7, JSON.stringify(replication));
  }
});

test("`busyFor` refuses that many attempts, and counts over restarts", async () => {
  await using scene = await Scene.open({ machine: { busyFor: 2 } });
  assert.equal((await outcome(scene, 1))[1], 32775);
  assert.equal((await scene.host.state()).machines[0]?.busyFor, 1);
  assert.equal((await outcome(scene, 1))[1], 32775);
  assert.equal((await outcome(scene, 1))[0], 7);
});

test("a second attempt while the first one's job goes on is a conflict", async () => {
  await using scene = await Scene.open();
  const first = await scene.createRecovery();
  const second = await scene.createRecovery();
  assert.equal((await scene.ended(first))?.properties["JobState"], 7);
  assert.equal((await scene.ended(second))?.properties["ErrorCode"], 32775);
});

test("a standing recovery checkpoint, ours or another product's, refuses the next", async () => {
  const script = [
    { when: { event: "query", count: 1 }, act: { kind: "foreign-recovery-checkpoint", machine: "web01" } },
  ];
  await using scene = await Scene.open({ host: { script } });
  const [state, , text] = await outcome(scene, 1);
  assert.equal(state, 10);
  assert.match(text, /backup checkpoint/);
  assert.equal((await scene.host.audit()).length, 1);
});

/** Both answers to what nobody confirmed: with the assumption, and with the other one. */
const ASSUMPTIONS: readonly [
  string,
  SceneOptions,
  1 | 2,
  (result: CimMethodResult, state: unknown) => boolean,
][] = [
  [
    "busyRefusal",
    { host: { assumptions: { busyRefusal: "return" } }, machine: { busyFor: 1 } },
    1,
    (r) => r.returnValue === 32775,
  ],
  [
    "disabledTypeRefusesRecovery: false",
    { machine: { checkpointType: "disabled" } },
    2,
    (_, state) => state === 7,
  ],
  [
    "disabledTypeRefusesRecovery: true",
    { machine: { checkpointType: "disabled" }, host: { assumptions: { disabledTypeRefusesRecovery: true } } },
    2,
    (_, state) => state === 10,
  ],
  ["applicationLevelWhenNotRunning: works", { machine: { state: "off" } }, 1, (_, state) => state === 7],
  [
    "applicationLevelWhenNotRunning: fails",
    { machine: { state: "off" }, host: { assumptions: { applicationLevelWhenNotRunning: "fails" } } },
    1,
    (_, state) => state === 10,
  ],
  [
    "oldVersionRecovery: works, at level crash",
    { machine: { configurationVersion: "5.0" } },
    2,
    (_, state) => state === 7,
  ],
  [
    "oldVersionRecovery: never at level application",
    { machine: { configurationVersion: "5.0" } },
    1,
    (_, state) => state === 10,
  ],
  [
    "oldVersionRecovery: fails",
    { machine: { configurationVersion: "5.0" }, host: { assumptions: { oldVersionRecovery: "fails" } } },
    2,
    (_, state) => state === 10,
  ],
  [
    "primaryReplicationBlocks: true",
    {
      machine: { replication: { mode: "primary", state: "resynchronizing" } },
      host: { assumptions: { primaryReplicationBlocks: true } },
    },
    1,
    (_, state) => state === 10,
  ],
];

for (const [name, options, level, holds] of ASSUMPTIONS) {
  test(`assumption ${name}`, async () => {
    await using scene = await Scene.open(options);
    const result = await scene.createRecovery(level);
    const job = result.returnValue === 4096 ? await scene.ended(result) : undefined;
    assert.ok(holds(result, job?.properties["JobState"]), JSON.stringify(job?.properties ?? result));
  });
}

test("pass-through disks fail a checkpoint that does not ignore them, and are left out by one that does", async () => {
  const disks = [
    { controller: "scsi", number: 0, location: 0, path: DISK },
    { controller: "scsi", number: 0, location: 1, physicalDisk: { number: 3, bytes: 1_000_000_000 } },
  ];
  await using scene = await Scene.open({ machine: { disks } });
  const strict = await scene.invoke("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", {
    AffectedSystem: (await scene.all("Msvm_ComputerSystem"))[1]?.reference ?? null,
    SnapshotType: 32768,
    SnapshotSettings: { kind: "instance", className: "X", properties: { ConsistencyLevel: 2 } },
  });
  assert.equal((await scene.ended(strict))?.properties["JobState"], 10);
  assert.equal((await outcome(scene, 2))[0], 7);
  const allocations = await scene.all("Msvm_StorageAllocationSettingData");
  assert.equal(allocations.length, 2, "the live leaf and the frozen disk; none for the physical disk");
});

test("a missing disk fails the job with 0x80070002 and leaves no half checkpoint", async () => {
  const disks = [
    { controller: "scsi", number: 0, location: 0, path: DISK },
    { controller: "scsi", number: 0, location: 1, path: "D:\\M\\gone.vhdx" },
  ];
  await using scene = await Scene.open({ machine: { disks } });
  const [state, , text] = await outcome(scene, 2);
  assert.equal(state, 10);
  assert.match(text, /0x80070002/);
  assert.deepEqual(
    (await scene.host.files().list("D:\\M")).map((entry) => entry.name),
    ["m.vhdx"],
  );
});

test("a scripted error code becomes the job's end, the given number of times, after the given number of calls", async () => {
  const faults = [
    { method: "CreateSnapshot", after: 1, times: 2, instead: { errorCode: 32770, errorDescription: "No" } },
  ];
  await using scene = await Scene.open({ host: { faults } });
  await scene.release(await scene.hold());
  assert.match((await scene.host.audit())[0] ?? "", /met 0 of 2 times/);
  assert.deepEqual(await outcome(scene, 1), [10, 32770, "No"]);
  assert.deepEqual(await outcome(scene, 1), [10, 32770, "No"]);
  assert.equal((await outcome(scene, 1))[0], 7);
});

test("a scripted disconnect is a connection error, before or after the host has acted", async () => {
  const faults = [
    { method: "CreateSnapshot", instead: "disconnect" },
    { method: "CreateSnapshot", instead: "disconnect-after" },
  ];
  await using scene = await Scene.open({ host: { faults } });
  await assert.rejects(scene.createRecovery(), CimConnectionError);
  scene.clock.advance(100);
  assert.equal((await scene.host.state()).machines[0]?.recoveryCheckpoints, undefined);
  await assert.rejects(scene.createRecovery(), CimConnectionError);
  scene.clock.advance(100);
  assert.equal((await scene.host.state()).machines[0]?.recoveryCheckpoints?.length, 1);
});

test("a scripted job never ends, and can be terminated; another vanishes when its work is done", async () => {
  const faults = [
    { method: "CreateSnapshot", instead: "never-ends" },
    { method: "CreateSnapshot", instead: "job-vanishes" },
  ];
  await using scene = await Scene.open({ host: { faults } });
  const stuck = await scene.createRecovery();
  scene.clock.advance(3_600_000);
  const job = stuck.out["Job"] as CimReference;
  const found = await scene.session.get(job);
  assert.deepEqual([found?.properties["JobState"], found?.properties["PercentComplete"]], [4, 99]);
  await scene.session.invoke(job, "RequestStateChange", { arguments: { RequestedState: 4 } });
  assert.equal((await scene.session.get(job))?.properties["JobState"], 8);
  const gone = await scene.createRecovery();
  assert.equal(await scene.ended(gone), undefined);
  assert.equal((await scene.host.state()).machines[0]?.recoveryCheckpoints?.length, 1);
});

test("job objects vanish five minutes after their end", async () => {
  await using scene = await Scene.open();
  const result = await scene.createRecovery();
  assert.equal((await scene.ended(result))?.properties["JobState"], 7);
  scene.clock.advance(299_000);
  assert.notEqual(await scene.session.get(result.out["Job"] as CimReference), undefined);
  scene.clock.advance(2_000);
  assert.equal(await scene.session.get(result.out["Job"] as CimReference), undefined);
});

test("scripted faults reach queries and opens too", async () => {
  const faults = [
    { method: "query", instead: { errorCode: 0x80041006, errorDescription: "Out of memory" } },
    { method: "open", instead: { errorCode: 5, reason: "denied" } },
  ];
  await using scene = await Scene.open({ host: { faults }, machine: { state: "off" } });
  await assert.rejects(
    scene.all("Msvm_ComputerSystem"),
    (error) => error instanceof CimFault && error.parts.code === 0x80041006,
  );
  await assert.rejects(
    scene.host.files().open(DISK),
    (error) => error instanceof HostFileError && error.reason === "denied",
  );
  await using file = await scene.host.files().open(DISK);
  assert.ok(file.sizeBytes > 0);
});

test("a scripted user acts in the middle: at the second open a checkpoint is made, after it a guest writes", async () => {
  const script = [
    {
      when: { event: "open", count: 2 },
      act: { kind: "create-checkpoint", machine: "web01", name: "surprise" },
    },
    {
      when: { event: "open", count: 2 },
      act: { kind: "guest-write", machine: "web01", disk: 0, offset: 0, length: 4096 },
    },
    { when: { event: "open", count: 9 }, act: { kind: "delete-machine", machine: "web01" } },
  ];
  await using scene = await Scene.open({ host: { script } });
  await scene.hold();
  const files = scene.host.files();
  await using _first = await files.open(DISK);
  assert.equal((await scene.host.state()).machines[0]?.checkpoints.length, 0);
  await using _second = await files.open(DISK);
  const machine = (await scene.host.state()).machines[0];
  assert.deepEqual(
    machine?.checkpoints.map(({ name }) => name),
    ["surprise"],
  );
  assert.equal(machine?.disks[0]?.written, true);
  assert.ok((await scene.host.audit()).some((line) => /"delete-machine" at "open" never came/.test(line)));
});

test("a power cut in the middle of a merge leaves it outstanding and the machine off; a start and a stop finish it", async () => {
  await using scene = await Scene.open();
  const held = await scene.hold();
  await scene.host.guestWrite("web01", { disk: 0, offset: 0, bytes: new Uint8Array(512).fill(3) });
  const removal = await scene.invoke("Msvm_VirtualSystemSnapshotService", "DestroySnapshot", {
    AffectedSnapshot: held,
  });
  await scene.ended(removal);
  await scene.host.losePower();
  assert.equal(await scene.session.get(removal.out["Job"] as CimReference), undefined);
  const machine = (await scene.host.state()).machines[0];
  assert.equal(machine?.state, "off");
  assert.match((await scene.host.audit())[0] ?? "", /outstanding merge/);
  await scene.host.setState("web01", "running");
  await scene.host.setState("web01", "off");
  assert.equal(await leaf(scene), DISK);
  assert.deepEqual(await scene.host.audit(), []);
});
