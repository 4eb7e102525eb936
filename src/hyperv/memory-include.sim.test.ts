import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CimConnectionError } from "../cim/index.ts";
import { Scene, type SceneOptions } from "../simulator/testing/index.ts";
import { CheckpointFailedError, MemoryNotPossibleError } from "./errors.ts";
import type { HeldMachine } from "./held-machine.ts";
import { openHypervHost } from "./hyperv-host.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "./testing/scene-host.ts";
import { run } from "./testing/struck-run.ts";

const DISK = "D:\\M\\m.vhdx";
const include = { memory: "include" } as const;

function digest(scene: Scene): string {
  return createHash("sha256")
    .update(readFileSync(scene.native(DISK)))
    .digest("hex");
}

async function confirmAsBefore(scene: Scene, journal: MemoryJournal, type = "production"): Promise<void> {
  const [machine] = (await scene.host.state()).machines;
  assert.deepEqual(machine?.checkpoints, []);
  assert.equal(machine?.checkpointType, type);
  assert.deepEqual(await scene.host.audit(), []);
  assert.deepEqual(journal.entries, []);
}

async function heldIn(
  options: SceneOptions,
  look: (held: HeldMachine, scene: Scene) => Promise<void>,
): Promise<void> {
  await using scene = await Scene.open(options);
  const before = digest(scene);
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await using held = await host.hold(MACHINE, holdOptions(include));
  await look(held, scene);
  await held.confirmUnchanged();
  assert.deepEqual((await held.release()).leftBehind, []);
  const type = options.machine?.["checkpointType"];
  await confirmAsBefore(scene, journal, typeof type === "string" ? type : undefined);
  assert.equal(digest(scene), before);
}

test("`hold()` with `memory: include` keeps the memory in a marked checkpoint, and the disks application-consistent", async () => {
  await heldIn({}, async (held, scene) => {
    assert.deepEqual(
      [held.reached, held.checkpointKind, held.memory.kept],
      ["application", "production", true],
    );
    const [node] = held.tree.checkpoints;
    assert.deepEqual(
      [node?.name, node?.memory, node?.type, node?.madeForMemory, held.tree.current],
      ["Stillpoint memory run-1", true, "standard", true, node?.id],
    );
    assert.ok(
      node?.files.some(({ role }) => role === "memory"),
      "its memory was not found",
    );
    assert.match(held.memory.reason ?? "", /"Stillpoint memory run-1" of .*goes back to that instant/);
    assert.ok(held.warnings.some(({ code }) => code === "memory-by-checkpoint"));
    const [machine] = (await scene.host.state()).machines;
    assert.equal(machine?.checkpointType, "production", "the type is put back while the machine is held");
    assert.equal(machine?.checkpoints.length, 1);
  });
});

test("`hold()` with `memory: include` works whatever the machine's checkpoint type, which is the same afterwards", async () => {
  for (const checkpointType of ["disabled", "production-only", "standard"]) {
    await heldIn({ machine: { checkpointType } }, async (held) => {
      assert.equal(held.memory.kept, true, checkpointType);
      assert.equal(held.reached, checkpointType === "production-only" ? "application" : "crash");
    });
  }
});

test("`hold()` with `memory: include` keeps a user's checkpoints above which it stood", async () => {
  await using scene = await Scene.open();
  const mine = await scene.host.createCheckpoint("web01", "mine");
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await using held = await host.hold(MACHINE, holdOptions(include));
  assert.deepEqual(
    held.tree.checkpoints.map(({ name, madeForMemory }) => [name, madeForMemory]),
    [
      ["mine", undefined],
      ["Stillpoint memory run-1", true],
    ],
  );
  assert.deepEqual((await held.release()).leftBehind, []);
  const [machine] = (await scene.host.state()).machines;
  assert.deepEqual(
    machine?.checkpoints.map(({ id }) => id),
    [mine],
  );
  assert.deepEqual(await scene.host.audit(), []);
});

test("`hold()` with `memory: include` makes no checkpoint of a machine that does not run", async () => {
  await using scene = await Scene.open({ machine: { state: "off" } });
  await using host = await hostOf(scene, new MemoryJournal());
  await using held = await host.hold(MACHINE, holdOptions(include));
  assert.deepEqual([held.memory.kept, held.tree.checkpoints], [false, []]);
});

test("`hold()` with `memory: include` refuses before anything is made", async () => {
  const physicalDisk = { number: 3, bytes: 1024 };
  for (const machine of [
    { guest: { os: "windows", vss: "ok", domainController: true } },
    { fibreChannel: true },
    { assignedDevices: 1 },
    { disks: [{ controller: "scsi", number: 0, location: 1, physicalDisk }] },
  ]) {
    await using scene = await Scene.open({ machine });
    const journal = new MemoryJournal();
    await using host = await hostOf(scene, journal);
    await assert.rejects(host.hold(MACHINE, holdOptions(include)), MemoryNotPossibleError);
    assert.deepEqual(journal.acts, []);
  }
});

test("a checkpoint with memory that fails leaves the type as it was, and nothing else", async () => {
  const instead = { errorCode: 32768, errorDescription: "The disk is full." };
  for (const method of ["CreateSnapshot", "ModifySystemSettings"]) {
    await using scene = await Scene.open({ host: { faults: [{ method, instead }] } });
    const journal = new MemoryJournal();
    await using host = await hostOf(scene, journal);
    await assert.rejects(host.hold(MACHINE, holdOptions(include)), CheckpointFailedError, method);
    await confirmAsBefore(scene, journal);
  }
});

test("a connection that is lost while the type is changed leaves the type as it was", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  const session = scene.host.session();
  const invoke = session.invoke.bind(session);
  let isLost = false;
  session.invoke = async (reference, method, input) => {
    const result = await invoke(reference, method, input);
    if (method !== "ModifySystemSettings" || isLost) return result;
    isLost = true;
    throw new CimConnectionError("Cannot hear the host: the connection is lost");
  };
  const host = await hostOf(scene, journal, session);
  await assert.rejects(host.hold(MACHINE, holdOptions(include)), CimConnectionError);
  await confirmAsBefore(scene, journal);
});

test("a hold that fails above the checkpoint with memory removes that one as well", async () => {
  const instead = { errorCode: 32768, errorDescription: "The disk is full." };
  await using scene = await Scene.open({
    host: { faults: [{ method: "CreateSnapshot", after: 1, times: 2, instead }] },
  });
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await assert.rejects(host.hold(MACHINE, holdOptions(include)), CheckpointFailedError);
  await confirmAsBefore(scene, journal);
});

test("a machine that is busy once, at either checkpoint, is held with its memory all the same", async () => {
  const instead = { errorCode: 32775, errorDescription: "Another operation goes on." };
  for (const after of [0, 1]) {
    await using scene = await Scene.open({
      host: { faults: [{ method: "CreateSnapshot", after, times: 1, instead }] },
    });
    const journal = new MemoryJournal();
    await using host = await hostOf(scene, journal);
    const held = await host.hold(MACHINE, holdOptions(include));
    assert.deepEqual([held.attempts, held.memory.kept, held.tree.checkpoints.length], [2, true, 1]);
    assert.deepEqual((await held.release()).leftBehind, []);
    await confirmAsBefore(scene, journal);
  }
});

test("a checkpoint that was made and holds no memory is a failure, and is removed", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  const session = scene.host.session();
  const invoke = session.invoke.bind(session);
  let isDone = false;
  session.invoke = async (reference, method, input) => {
    if (method !== "ModifySystemSettings" || isDone) return await invoke(reference, method, input);
    isDone = true;
    return { returnValue: 0, out: {} }; // says so, and does nothing
  };
  const host = await hostOf(scene, journal, session);
  await assert.rejects(host.hold(MACHINE, holdOptions(include)), /was made, and holds no memory/);
  await confirmAsBefore(scene, journal);
});

test("a type that is not put back although the host says nothing against it is told, and the next start does it", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  const session = scene.host.session();
  const invoke = session.invoke.bind(session);
  let changes = 0;
  session.invoke = async (reference, method, input) => {
    if (method !== "ModifySystemSettings" || ++changes !== 2) return await invoke(reference, method, input);
    return { returnValue: 4096, out: {} }; // a host job that nobody can follow
  };
  const host = await hostOf(scene, journal, session);
  const options = holdOptions(include);
  const held = await host.hold(MACHINE, options);
  const told = options.said.flatMap((event) => (event.type === "step-warning" ? [event.notice.message] : []));
  assert.match(told.join(), /its checkpoint type was "production" and is not known to be put back/);
  assert.deepEqual((await held.release()).leftBehind, []);
  journal.die();
  assert.equal((await host.cleanUp()).removed.length, 1);
  await confirmAsBefore(scene, journal);
});

test("memory whose files cannot be read is not called kept", async () => {
  await using scene = await Scene.open();
  const files = scene.host.files();
  const isHidden = (path: string): boolean => /\.(?:vmrs|bin|vsv)$/i.test(path);
  const { clock, entropy, session } = scene;
  const host = await openHypervHost({
    session,
    clock,
    entropy,
    journal: new MemoryJournal(),
    hostKey: "sim:test",
    files: {
      list: async (path) => (await files.list(path)).filter(({ name }) => !isHidden(name)),
      stat: async (path) => (isHidden(path) ? undefined : await files.stat(path)),
      open: async (path) => await files.open(path),
      create: async (path) => await files.create(path),
      remove: async (path) => await files.remove(path),
    },
  });
  await using held = await host.hold(MACHINE, holdOptions(include));
  assert.equal(held.memory.kept, false);
  assert.match(held.memory.reason ?? "", /its files cannot be read/);
});

test("the checkpoint with memory stays while the one above it does, is told, and goes with the next start", async () => {
  const refused = { errorCode: 32768, errorDescription: "Not now." };
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  const held = await (await hostOf(scene, journal)).hold(MACHINE, holdOptions(include));
  await scene.edit((host) => {
    host["faults"] = [{ method: "DestroySnapshot", times: 10, instead: refused }];
  });
  const { leftBehind } = await held.release();
  assert.equal(leftBehind.length, 2);
  assert.match(leftBehind[0] ?? "", /its backup checkpoint .* could not be removed: Not now/);
  assert.match(leftBehind[1] ?? "", /its memory checkpoint .* stays until what is above it is gone/);
  scene.clock.advance(48 * 3_600_000);
  journal.die();
  const again = await (await hostOf(scene, journal)).cleanUp();
  assert.equal(again.leftBehind.length, 2, again.leftBehind.join("\n"));
  assert.match(
    again.leftBehind[1] ?? "",
    /stays until the backup checkpoint "Stillpoint run-1" above it is gone/,
  );
  journal.die();
  const last = await (await hostOf(scene, journal)).cleanUp();
  assert.deepEqual([last.leftBehind, last.removed.length], [[], 2]);
  await confirmAsBefore(scene, journal);
});

test("a checkpoint type that a user changed in the meantime stays", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  // killed after the type was set, before it was put back
  for (let at = 1; journal.entries.every(({ kind }) => kind !== "memory-checkpoint"); at++) {
    await run(scene, journal, { at, when: "before", error: "kill", wishes: include });
  }
  await scene.edit((host) => {
    const [machine] = (host as unknown as { machines: Record<string, unknown>[] }).machines;
    if (machine !== undefined) machine["checkpointType"] = "disabled";
  });
  journal.die();
  const { leftBehind } = await (await hostOf(scene, journal)).cleanUp();
  assert.deepEqual(leftBehind, []);
  await confirmAsBefore(scene, journal, "disabled");
});
