import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noEvents } from "../../base/index.ts";
import { openHypervHost, USUAL_PATIENCE } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import { SCENE_MACHINE, Scene } from "../../simulator/testing/index.ts";
import { CimFault, type CimInstance, type CimReference, type CimSession } from "../index.ts";
import { Wire } from "./testing/wire.ts";

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

/** The wire does not tell an array of nothing from a property that is absent. */
const onTheWire = (instances: readonly CimInstance[]): readonly CimInstance[] =>
  instances.map((instance) => {
    const kept = Object.entries(instance.properties).filter(
      ([, value]) => !Array.isArray(value) || value.length > 0,
    );
    return { ...instance, properties: Object.fromEntries(kept) };
  });

const all = async (session: CimSession, className: string): Promise<CimInstance[]> =>
  await Array.fromAsync(session.query(V2, `SELECT * FROM ${className}`));

describe("WsmanSession", () => {
  test("gives what the session behind the wire gives: queries, a get, associators", async () => {
    await using scene = await Scene.open();
    await using wire = await Wire.open(scene.session);
    for (const className of CLASSES) {
      assert.deepEqual(
        await all(wire.session, className),
        onTheWire(await all(scene.session, className)),
        className,
      );
    }
    const reference = (await all(scene.session, "Msvm_ComputerSystem")).find(
      ({ properties }) => properties["Name"] === SCENE_MACHINE,
    )?.reference as CimReference;
    assert.deepEqual(await wire.session.get(reference), await scene.session.get(reference));
    const gone = { ...reference, keys: { ...reference.keys, Name: "none" } };
    assert.equal(await wire.session.get(gone), undefined);
    const filter = { associationClass: "Msvm_SettingsDefineState" };
    assert.deepEqual(
      await Array.fromAsync(wire.session.associators(reference, filter)),
      onTheWire(await Array.fromAsync(scene.session.associators(reference, filter))),
    );
    assert.equal(wire.host.connections, 1);
  });

  test("keeps the host's refusals whole, so that the inventory tells a missing namespace", async () => {
    await using scene = await Scene.open();
    await using wire = await Wire.open(scene.session);
    const fault = async (namespace: string, wql: string): Promise<number> => {
      let code = 0;
      await assert.rejects(Array.fromAsync(wire.session.query(namespace, wql)), (error) => {
        assert.ok(error instanceof CimFault, String(error));
        code = error.parts.code;
        return true;
      });
      return code;
    };
    assert.equal(await fault("root\\nowhere", "SELECT * FROM X"), 0x8004100e);
    assert.equal(await fault(V2, "SELECT * FROM Msvm_Nothing"), 0x80041010);
  });

  test("holds and releases a machine through the wire, and leaves nothing", async () => {
    await using scene = await Scene.open();
    await using wire = await Wire.open(scene.session);
    const { clock, entropy } = scene;
    await using host = await openHypervHost({
      session: wire.session,
      files: scene.host.files(),
      clock,
      entropy,
      journal: new MemoryJournal(),
      hostKey: "wire",
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
    const released = await held.release();
    assert.deepEqual(released.leftBehind, []);
  });

  test("takes a class of more instances than fit into an envelope in portions, and releases what is broken off", async () => {
    const instances = Array.from({ length: 300 }, (_, i): CimInstance => {
      const keys = { Id: i };
      return {
        kind: "instance",
        className: "Big",
        reference: { kind: "reference", namespace: V2, className: "Big", keys },
        properties: { Id: i, Text: "ä & <b>".repeat(100) },
      };
    });
    const refuse = async (): Promise<never> => await Promise.reject(new Error("not asked"));
    async function* query(): AsyncIterable<CimInstance> {
      yield* instances;
    }
    const behind = { query, get: refuse, associators: query, invoke: refuse, [Symbol.asyncDispose]: refuse };
    await using wire = await Wire.open(behind, { service: { maxEnvelopeBytes: 20_000 } });
    assert.deepEqual(await all(wire.session, "Big"), instances);
    assert.ok(wire.asked.length > 20, `${wire.asked.length} envelopes`);
    for await (const first of wire.session.query(V2, "SELECT * FROM Big")) {
      assert.equal(first.properties["Id"], 0);
      break;
    }
    assert.match(wire.asked.at(-1) ?? "", /enumeration\/Release/);
  });
});
