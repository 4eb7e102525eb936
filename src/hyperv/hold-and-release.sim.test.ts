import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Clock, guid, InterruptedError } from "../base/index.ts";
import type { CimSession } from "../cim/index.ts";
import { Scene, type SceneOptions } from "../simulator/testing/index.ts";
import {
  ApplicationConsistencyRequiredError,
  CaptureMethodNotAvailableError,
  CheckpointFailedError,
  DesktopNotSupportedError,
  MachineBusyError,
  MachineChangedError,
  MachineNotFoundError,
  SharedDiskNotSupportedError,
  TestReplicaSkippedError,
} from "./errors.ts";
import type { HeldMachine } from "./held-machine.ts";
import { openHypervHost } from "./hyperv-host.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "./testing/scene-host.ts";

const CHECKPOINT = "9C0D1E2F-0000-4000-8000-000000000001";

/** Holds the scene's machine, looks at it, releases it, and sees that nothing is left. */
async function heldIn(
  options: SceneOptions,
  look: (held: HeldMachine) => void | Promise<void>,
): Promise<void> {
  await using scene = await Scene.open(options);
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  {
    await using held = await host.hold(MACHINE, holdOptions());
    await look(held);
    assert.deepEqual((await held.release()).leftBehind, []);
  }
  assert.deepEqual(await scene.host.audit(), []);
  assert.deepEqual(journal.entries, []);
}

/** A hold that fails, and leaves neither a checkpoint nor a journal entry. */
async function refusedIn(
  options: SceneOptions,
  error: Parameters<typeof assert.rejects>[1],
  changed: Parameters<typeof holdOptions>[0] = {},
): Promise<void> {
  await using scene = await Scene.open(options);
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await assert.rejects(host.hold(MACHINE, holdOptions(changed)), error as never);
  assert.deepEqual((await scene.host.state()).machines[0]?.recoveryCheckpoints ?? [], []);
  assert.deepEqual(journal.entries, []);
}

test("`hold()` makes an application-consistent machine hold still, and `release()` leaves the host as it was", async () => {
  await using scene = await Scene.open();
  const before = createHash("sha256")
    .update(readFileSync(scene.native("D:\\M\\m.vhdx")))
    .digest("hex");
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await using held = await host.hold(MACHINE, holdOptions());
  assert.deepEqual(
    [held.asked, held.reached, held.method, held.checkpointKind, held.attempts, held.interruptedSeconds],
    ["application", "application", "recovery-checkpoint", "production", 1, 0],
  );
  assert.deepEqual(held.disks, [{ controller: "scsi", number: 0, location: 0, viewLeaf: "D:\\M\\m.vhdx" }]);
  assert.ok(held.files.some(({ role, path }) => role === "configuration" && path.endsWith(".vmcx")));
  assert.ok(held.files.some(({ role, path }) => role === "runtime" && path.endsWith(".vmrs")));
  assert.deepEqual(held.memory, { kept: false, reason: "a production checkpoint holds no memory" });
  assert.deepEqual(held.warnings, []);
  const standing = (await scene.host.state()).machines[0]?.recoveryCheckpoints ?? [];
  assert.deepEqual(
    standing.map(({ name }) => name),
    ["Stillpoint run-1"],
  );
  await held.confirmUnchanged();
  assert.deepEqual(await held.release(), { leftBehind: [], warnings: [], interruptedSeconds: 0 });
  assert.deepEqual(await scene.host.audit(), []);
  assert.deepEqual(journal.entries, []);
  const after = createHash("sha256")
    .update(readFileSync(scene.native("D:\\M\\m.vhdx")))
    .digest("hex");
  assert.equal(after, before, "opening, holding and merging changed the disk of a guest that wrote nothing");
});

test("`hold()` records in the journal before it makes anything, and knows the checkpoint before it goes on", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await using held = await host.hold(MACHINE, holdOptions());
  assert.deepEqual(journal.acts, ["record", "amend job", "amend checkpoint", "amend standing"]);
  const [entry] = journal.entries;
  const [standing] = (await scene.host.state()).machines[0]?.recoveryCheckpoints ?? [];
  assert.equal(entry?.kind, "recovery-checkpoint");
  assert.equal(entry?.machine, MACHINE);
  assert.equal(entry?.facts["run"], "run-1");
  assert.equal(entry?.facts["checkpoint"], standing?.id.toLowerCase());
  assert.ok(held);
});

test("disposing a held machine releases it", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  {
    await using held = await host.hold(MACHINE, holdOptions());
    assert.ok(held);
  }
  assert.deepEqual(await scene.host.audit(), []);
});

test("`hold()` labels a Linux guest filesystem-consistent", async () => {
  await heldIn({ machine: { guest: { os: "linux", vss: "ok" } } }, (held) => {
    assert.deepEqual([held.reached, held.checkpointKind], ["filesystem", "production"]);
  });
});

test("`hold()` of a saved machine keeps its memory where the checkpoint holds the saved state, else says crash", async () => {
  await heldIn({ machine: { state: "saved" } }, (held) => {
    assert.deepEqual([held.reached, held.memory.kept, held.checkpointKind], ["saved", true, "none"]);
    assert.ok(held.files.some(({ role }) => role === "memory"));
  });
  await heldIn(
    { host: { assumptions: { savedStateInRecovery: false } }, machine: { state: "saved" } },
    (held) => {
      assert.deepEqual([held.asked, held.reached, held.memory.kept], ["saved", "crash", false]);
      assert.ok(held.warnings.some(({ code }) => code === "forecast-differs"));
    },
  );
});

test("`hold()` falls back to a crash-consistent checkpoint when the guest cannot hold still, and warns", async () => {
  await heldIn({ machine: { guest: { os: "windows", vss: "ok", freeze: "fails" } } }, (held) => {
    assert.deepEqual([held.asked, held.reached, held.checkpointKind], ["application", "crash", "standard"]);
    const warning = held.warnings.find(({ code }) => code === "forecast-differs");
    assert.match(warning?.message ?? "", /non-transient error/);
  });
});

test("`hold()` with `requireApplication` fails instead: before anything is made, or when the guest fails", async () => {
  const options = { requireApplication: true } as const;
  await refusedIn(
    { machine: { guest: { os: "windows", vss: "missing" } } },
    ApplicationConsistencyRequiredError,
    options,
  );
  await refusedIn(
    { machine: { guest: { os: "windows", vss: "ok", freeze: "fails" } } },
    ApplicationConsistencyRequiredError,
    options,
  );
});

test("`hold()` with `requireApplication` takes a Linux guest, and a machine that is off", async () => {
  for (const machine of [{ guest: { os: "linux", vss: "ok" } }, { state: "off" }]) {
    await using scene = await Scene.open({ machine });
    await using host = await hostOf(scene, new MemoryJournal());
    await using held = await host.hold(MACHINE, holdOptions({ requireApplication: true }));
    assert.ok(held);
  }
});

test("`hold()` gives the tree with the files of each user checkpoint, and the disks' view leaves", async () => {
  await using scene = await Scene.open();
  const first = await scene.host.createCheckpoint("web01", "one", { memory: true });
  const second = await scene.host.createCheckpoint("web01", "two");
  const live = (await scene.host.state()).machines[0]?.disks[0]?.path;
  await using host = await hostOf(scene, new MemoryJournal());
  await using held = await host.hold(MACHINE, holdOptions());
  const { checkpoints, current } = held.tree;
  assert.deepEqual(
    checkpoints.map(({ name, parent, memory }) => [name, parent?.toUpperCase() ?? null, memory]),
    [
      ["one", null, true],
      ["two", first, false],
    ],
  );
  assert.equal(current?.toUpperCase(), second);
  assert.deepEqual(
    checkpoints[0]?.disks.map(({ path }) => path),
    ["D:\\M\\m.vhdx"],
  );
  assert.deepEqual(
    held.disks.map(({ viewLeaf }) => viewLeaf),
    [live],
  );
  for (const node of checkpoints) {
    assert.ok(
      node.files.some(({ role }) => role === "configuration"),
      `no configuration of ${node.name}`,
    );
    assert.ok(node.files.every(({ checkpoint }) => checkpoint === node.id));
  }
  assert.ok(checkpoints[0]?.files.some(({ role }) => role === "memory"));
  assert.match(held.memory.reason ?? "", /the memory of "one" is kept with that checkpoint/);
});

test("`confirmUnchanged()` finds a checkpoint that a user made, applied or removed in the middle", async () => {
  await using scene = await Scene.open();
  await scene.host.createCheckpoint("web01", "one");
  await scene.host.createCheckpoint("web01", "two");
  await using host = await hostOf(scene, new MemoryJournal());
  const acts = [
    async () => void (await scene.host.createCheckpoint("web01", "three")),
    async () => {
      await scene.host.applyCheckpoint("web01", "one");
    },
    async () => {
      await scene.host.removeCheckpoint("web01", "two");
    },
  ];
  for (const act of acts) {
    await using held = await host.hold(MACHINE, holdOptions());
    await held.confirmUnchanged();
    await act();
    await assert.rejects(held.confirmUnchanged(), (error) => {
      assert.ok(error instanceof MachineChangedError);
      assert.equal(error.retry, "later");
      return true;
    });
    assert.deepEqual((await held.release()).leftBehind, []);
    assert.deepEqual(await scene.host.audit(), []);
  }
});

test("`confirmUnchanged()` lets a guest that is stopped or started in the middle be", async () => {
  await heldIn({ machine: { state: "off" } }, async (held) => {
    await held.confirmUnchanged();
  });
  await using scene = await Scene.open();
  await using host = await hostOf(scene, new MemoryJournal());
  await using held = await host.hold(MACHINE, holdOptions());
  await scene.host.setState("web01", "off");
  await held.confirmUnchanged();
  assert.deepEqual((await held.release()).leftBehind, []);
  assert.deepEqual(await scene.host.audit(), []);
});

test("`hold()` waits for a busy machine as long as its patience lasts: 30 seconds, doubling to 8 minutes", async () => {
  await using scene = await Scene.open({ machine: { busyFor: 2 } });
  await using host = await hostOf(scene, new MemoryJournal());
  const options = holdOptions();
  await using held = await host.hold(MACHINE, options);
  assert.deepEqual([held.attempts, held.reached], [3, "application"]);
  assert.deepEqual(
    scene.clock.slept.filter((pause) => pause >= 10_000),
    [30_000, 60_000],
  );
  const notes = options.said.filter((event) => event.type === "step-note").map(({ message }) => message);
  assert.equal(notes.length, 2);
  assert.match(notes[0] ?? "", /Attempt 1 of 5.*cannot start a backup operation.*Trying again in 30 s/);
  assert.match(notes[0] ?? "", /schedule the backup for a time.*before command pause its replication/);
});

test("`hold()` gives up with what blocks, Hyper-V's own sentence and the advice", async () => {
  for (const busyRefusal of ["job", "return"]) {
    await using scene = await Scene.open({
      host: { assumptions: { busyRefusal } },
      machine: { state: "off", replication: { mode: "replica", state: "applying-log" } },
    });
    const journal = new MemoryJournal();
    await using host = await hostOf(scene, journal);
    await assert.rejects(host.hold(MACHINE, holdOptions()), (error) => {
      assert.ok(error instanceof MachineBusyError);
      assert.equal(error.attempts, 5);
      assert.match(error.blocking, /replication \(replicating, health ok\): a change log is being applied/);
      assert.match(error.message, /pause its replication/);
      if (busyRefusal === "job") assert.match(error.hostSentence ?? "", /conflicting operation/);
      return true;
    });
    assert.deepEqual(
      scene.clock.slept.filter((pause) => pause >= 10_000),
      [30_000, 60_000, 120_000, 240_000],
    );
    assert.deepEqual(journal.entries, []);
    assert.deepEqual(await scene.host.audit(), []);
  }
});

test("`hold()` waits through states that it sees by itself, without asking for a checkpoint", async () => {
  for (const machine of [
    { state: "migrating" },
    { state: "off", replication: { mode: "replica", state: "resynchronizing" } },
    { recoveryCheckpoints: [{ id: CHECKPOINT, name: "web01 - Backup", created: "2026-01-01T00:00:00Z" }] },
  ]) {
    await using scene = await Scene.open({ machine });
    const journal = new MemoryJournal();
    await using host = await hostOf(scene, journal);
    await assert.rejects(host.hold(MACHINE, holdOptions()), MachineBusyError);
    assert.deepEqual(journal.acts, [], "something was recorded, so something was about to be made");
    assert.equal(
      (await scene.host.state()).machines[0]?.recoveryCheckpoints?.length ?? 0,
      machine.recoveryCheckpoints ? 1 : 0,
    );
  }
});

test("`hold()` refuses what waiting does not change, each with its own error", async () => {
  const desktop = { os: { caption: "Windows 11 Pro", version: "10.0.22631", productType: 1 } };
  const r2 = { os: { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 } };
  await refusedIn({ host: desktop }, DesktopNotSupportedError);
  await refusedIn({ host: r2, machine: { configurationVersion: "5.0" } }, CaptureMethodNotAvailableError);
  await refusedIn({ machine: { configurationVersion: "5.0" } }, CaptureMethodNotAvailableError);
  await refusedIn(
    { machine: { state: "off", replication: { mode: "test-replica", state: "replicating" } } },
    TestReplicaSkippedError,
  );
  const shared = [{ controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx", shared: "vhdx" }];
  await refusedIn(
    { host: r2, machine: { configurationVersion: "5.0", disks: shared } },
    SharedDiskNotSupportedError,
  );
});

test("`hold()` says that checkpoints are switched off where the host refuses one for that, and holds where it does not", async () => {
  const machine = { checkpointType: "disabled" };
  await refusedIn(
    { host: { assumptions: { disabledTypeRefusesRecovery: true } }, machine },
    CaptureMethodNotAvailableError,
  );
  await heldIn({ machine }, (held) => {
    assert.deepEqual([held.reached, held.checkpointKind, held.interruptedSeconds], ["crash", "none", 0]);
  });
});

test("`hold()` of a machine that is not there says its id and the host", async () => {
  await using scene = await Scene.open();
  await using host = await hostOf(scene, new MemoryJournal());
  const id = guid("00000000-0000-4000-8000-00000000dead");
  await assert.rejects(host.hold(id, holdOptions()), (error) => {
    assert.ok(error instanceof MachineNotFoundError);
    assert.match(error.message, /00000000-0000-4000-8000-00000000dead.*"HV01"/);
    return true;
  });
});

test("`hold()` names disks that the host cannot hold still, and holds the others", async () => {
  const disks = [
    { controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx" },
    { controller: "scsi", number: 0, location: 1, physicalDisk: { number: 3, bytes: 1_099_511_627_776 } },
  ];
  await heldIn({ machine: { disks } }, (held) => {
    assert.equal(held.disks.length, 1);
    assert.deepEqual(
      held.uncovered.map(({ disk, bytes }) => [disk, bytes]),
      [["SCSI 0:1, physical disk 3", 1_099_511_627_776]],
    );
    assert.deepEqual(
      held.warnings.map(({ code }) => code),
      ["passthrough-disk-not-covered"],
    );
  });
});

test("`hold()` survives a host job whose object vanishes at once", async () => {
  const faults = [{ method: "CreateSnapshot", instead: "job-vanishes" }];
  await heldIn({ host: { faults } }, (held) => {
    assert.equal(held.reached, "application");
  });
});

test("`release()` survives it too, and tries again what the host refuses at first", async () => {
  const refusal = { errorCode: 32768, errorDescription: "The file is in use." };
  for (const instead of ["job-vanishes", refusal]) {
    await heldIn({ host: { faults: [{ method: "DestroySnapshot", instead }] } }, (held) => {
      assert.ok(held);
    });
  }
});

test("a host job that never ends is told to end, and the hold fails", async () => {
  await using scene = await Scene.open({
    host: { faults: [{ method: "CreateSnapshot", instead: "never-ends" }] },
  });
  await using host = await hostOf(scene, new MemoryJournal());
  await assert.rejects(host.hold(MACHINE, holdOptions()), CheckpointFailedError);
});

test("a failure that does not pass by itself is a `CheckpointFailedError` with the host's code and sentence", async () => {
  const instead = { errorCode: 32768, errorDescription: "The disk is full. (0x80070070)" };
  await using scene = await Scene.open({
    host: { faults: [{ method: "CreateSnapshot", times: 2, instead }] },
  });
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await assert.rejects(host.hold(MACHINE, holdOptions()), (error) => {
    assert.ok(error instanceof CheckpointFailedError);
    assert.deepEqual([error.hostCode, error.hostSentence], [32768, "The disk is full. (0x80070070)"]);
    return true;
  });
  assert.deepEqual(journal.entries, []);
  assert.deepEqual(await scene.host.audit(), []);
});

test("an interrupted hold releases what it has made before it rejects, wherever the signal fires", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  for (let polls = 0; polls < 4; polls++) {
    const stopping = new AbortController();
    let sleeps = 0;
    const clock: Clock = {
      now: () => scene.clock.now(),
      monotonicMs: () => scene.clock.monotonicMs(),
      sleep: async (milliseconds, options) => {
        if (sleeps++ === polls) stopping.abort();
        await scene.clock.sleep(milliseconds, options);
      },
    };
    const { entropy, session } = scene;
    await using interrupted = await openHypervHost({
      session,
      entropy,
      clock,
      journal,
      files: scene.host.files(),
      hostKey: "sim:test",
    });
    try {
      await using held = await interrupted.hold(MACHINE, holdOptions({ signal: stopping.signal }));
      assert.ok(held.disks.length > 0);
    } catch (error) {
      assert.ok(error instanceof InterruptedError, String(error));
    }
    assert.deepEqual(await scene.host.audit(), []);
    assert.deepEqual(journal.entries, []);
  }
});

test("`release()` names a merge that somebody's open file blocks, and the journal keeps it", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await using held = await host.hold(MACHINE, holdOptions());
  {
    await using reader = await scene.host.files().open("D:\\M\\m.vhdx");
    assert.ok(reader);
    const { leftBehind } = await held.release();
    assert.equal(leftBehind.length, 1);
    assert.match(leftBehind[0] ?? "", /machine "web01": its disk SCSI 0:0 still is the checkpoint disk/);
  }
  assert.equal(journal.entries.length, 1, "the debt is not in the journal");
});

test("`release()` switches merging on where somebody suspended it", async () => {
  await heldIn({ machine: { mergesEnabled: false } }, (held) => {
    assert.ok(held.warnings.some(({ code }) => code === "merge-suspended"));
  });
});

test("`release()` of a machine that a user deleted in the middle leaves nothing and says so", async () => {
  await using scene = await Scene.open({
    host: {
      script: [{ when: { event: "open" }, act: { kind: "delete-machine", machine: "web01" } }],
    },
  });
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await using held = await host.hold(MACHINE, holdOptions());
  {
    await using reader = await scene.host.files().open("D:\\M\\m.vhdx");
    assert.ok(reader);
  }
  await assert.rejects(held.confirmUnchanged(), MachineChangedError);
  const { warnings } = await held.release();
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["machine-gone"],
  );
});

test("`hold()` takes a machine that another backup began to hold meanwhile for busy, and not its guest for unable", async () => {
  await using scene = await Scene.open({});
  const journal = new MemoryJournal();
  await using other = await hostOf(scene, new MemoryJournal());
  let held: HeldMachine | undefined;
  const session = scene.host.session();
  const late: CimSession = {
    query: (...call) => session.query(...call),
    get: async (...call) => await session.get(...call),
    associators: (...call) => session.associators(...call),
    invoke: async (...call) => {
      if (call[1] === "CreateSnapshot") held ??= await other.hold(MACHINE, holdOptions());
      return await session.invoke(...call);
    },
    [Symbol.asyncDispose]: async () => await session[Symbol.asyncDispose](),
  };
  await using host = await hostOf(scene, journal, late);
  const options = holdOptions();
  await assert.rejects(host.hold(MACHINE, options), MachineBusyError);
  const lowered = options.said.filter(({ type }) => type === "step-warning");
  assert.deepEqual(lowered, [], "no label was lowered");
  assert.deepEqual((await held?.release())?.leftBehind, []);
  assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
});
