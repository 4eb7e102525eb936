import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { noEvents, systemClock, systemEntropy } from "../../base/index.ts";
import { openHypervHost, USUAL_PATIENCE } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import { SCENE_MACHINE, Scene } from "../../simulator/testing/index.ts";
import { CimFault, type CimInstance, type CimReference, type CimSession } from "../index.ts";
import { sessionThroughProcess } from "./testing/index.ts";

const V2 = "root\\virtualization\\v2";
const CLASSES = [
  "Msvm_ComputerSystem",
  "Msvm_VirtualSystemSettingData",
  "Msvm_StorageAllocationSettingData",
  "Msvm_ResourceAllocationSettingData",
  "Msvm_VssComponent",
  "Msvm_KvpExchangeComponent",
  "Msvm_ReplicationRelationship",
  "Msvm_VirtualSystemSnapshotService",
];
const all = async (session: CimSession, className: string): Promise<CimInstance[]> =>
  await Array.fromAsync(session.query(V2, `SELECT * FROM ${className}`));

describe("PowershellSession over a simulated host", () => {
  let scene: Scene;
  let session: CimSession;
  before(async () => {
    scene = await Scene.open();
    session = await sessionThroughProcess(scene.folder, "frozen");
  });
  after(async () => {
    await session[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  test("gives what the session behind the process gives: queries, a get, associators", async () => {
    for (const className of CLASSES) {
      assert.deepEqual(await all(session, className), await all(scene.session, className), className);
    }
    const found = (await all(scene.session, "Msvm_ComputerSystem")).find(
      ({ properties }) => properties["Name"] === SCENE_MACHINE,
    );
    const reference = found?.reference as CimReference;
    assert.deepEqual(await session.get(reference), await scene.session.get(reference));
    const gone = { ...reference, keys: { ...reference.keys, Name: "none" } };
    assert.equal(await session.get(gone), undefined);
    const filter = { associationClass: "Msvm_SettingsDefineState" };
    assert.deepEqual(
      await Array.fromAsync(session.associators(reference, filter)),
      await Array.fromAsync(scene.session.associators(reference, filter)),
    );
  });

  test("lets the inventory see the same machines as in the same process", async () => {
    const rest = { files: scene.host.files(), clock: scene.clock, entropy: scene.entropy, hostKey: "k" };
    const inventory = async (through: CimSession): Promise<unknown> => {
      const host = await openHypervHost({ session: through, journal: new MemoryJournal(), ...rest });
      return await host.machines();
    };
    assert.deepEqual(await inventory(session), await inventory(scene.session));
  });

  test("holds and releases a machine, and leaves nothing", async () => {
    await using scene = await Scene.open();
    await using session = await sessionThroughProcess(scene.folder, "running");
    await using host = await openHypervHost({
      session,
      files: scene.host.files(),
      clock: systemClock,
      entropy: systemEntropy,
      journal: new MemoryJournal(),
      hostKey: "powershell",
    });
    const machine = (await host.machines()).find(({ id }) => id === SCENE_MACHINE.toLowerCase());
    assert.ok(machine);
    const held = await host.hold(machine.id, {
      events: noEvents,
      step: "s1",
      patience: USUAL_PATIENCE,
      run: "run-1",
    });
    assert.equal(held.reached, "application");
    assert.deepEqual((await held.release()).leftBehind, []);
  });

  test("keeps a refusal's code, sentence, provider and operation", async () => {
    await assert.rejects(
      all(session, "Msvm_Nothing"),
      (error) =>
        error instanceof CimFault &&
        error.parts.code === 0x80041010 &&
        error.parts.reason === "Invalid class" &&
        error.parts.provider === "simulated host" &&
        /ManagementException ExecMethod/.test(error.parts.providerFault ?? ""),
    );
    // the process is sound, and the next call finds it so
    assert.equal((await all(session, "Msvm_VirtualSystemSnapshotService")).length, 1);
  });

  test("lets calls overlap, also while a listing is open", async () => {
    const counts = await Promise.all(CLASSES.map(async (name) => (await all(session, name)).length));
    for await (const machine of session.query(V2, "SELECT * FROM Msvm_ComputerSystem")) {
      assert.ok(machine.reference);
      assert.ok(await session.get(machine.reference));
    }
    assert.deepEqual(
      counts,
      await Promise.all(CLASSES.map(async (n) => (await all(scene.session, n)).length)),
    );
  });
});
