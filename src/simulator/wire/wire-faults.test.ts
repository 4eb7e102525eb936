import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Secret, systemEntropy } from "../../base/index.ts";
import { CimFault, type CimInstance } from "../../cim/index.ts";
import { WsmanSession } from "../../cim/wsman/index.ts";
import { machineAt, SCENE_MACHINE, WIRE_USER, WireScene } from "../testing/index.ts";

const V2 = "root\\virtualization\\v2";
const SERVICE = "Msvm_VirtualSystemSnapshotService";

const machines = async (there: WireScene): Promise<readonly CimInstance[]> =>
  await Array.fromAsync(there.session.query(V2, "SELECT * FROM Msvm_ComputerSystem"));

const withFault = async (fault: Readonly<Record<string, unknown>>): Promise<WireScene> =>
  await WireScene.open({ host: { wireFaults: [fault] } });

/** A recovery checkpoint, asked for over the wire; its job to its end. */
async function create(there: WireScene): Promise<CimInstance | undefined> {
  const [service] = await Array.fromAsync(there.session.query(V2, `SELECT * FROM ${SERVICE}`));
  assert.ok(service?.reference);
  const settings: CimInstance = {
    kind: "instance",
    className: "Msvm_VirtualSystemSnapshotSettingData",
    properties: { ConsistencyLevel: 1, IgnoreNonSnapshottableDisks: true },
  };
  const { returnValue, out } = await there.session.invoke(service.reference, "CreateSnapshot", {
    arguments: { AffectedSystem: machineAt(SCENE_MACHINE), SnapshotType: 32_768, SnapshotSettings: settings },
  });
  assert.equal(returnValue, 4096);
  there.scene.clock.advance(50);
  const job = out["Job"];
  assert.ok(job !== null && typeof job === "object" && "kind" in job && job.kind === "reference");
  return await there.session.get(job);
}

describe("scripted faults on the wire", () => {
  const refusals = [
    ["envelope-too-large", "host-envelope-too-large"],
    ["access-denied", "host-authentication-failed"],
    ["nonsense", "host-answer-malformed"],
    ["unauthorized", "host-authentication-failed"],
    ["cut", "host-unreachable"],
  ] as const;
  for (const [instead, code] of refusals) {
    test(`${instead} is ${code} for our client, once, and the session goes on`, async () => {
      // a query that does not fit is asked for again in smaller portions: seven until one instance is left
      const times = instead === "envelope-too-large" ? 7 : 1;
      await using there = await withFault({ operation: "query", times, instead });
      await assert.rejects(machines(there), { code });
      assert.equal((await machines(there)).length, 2);
      assert.deepEqual(await there.scene.host.audit(), []);
      assert.deepEqual(there.failures, []);
    });
  }

  test("a query that is too large once is asked for in smaller portions", async () => {
    await using there = await withFault({ operation: "query", instead: "envelope-too-large" });
    assert.equal((await machines(there)).length, 2);
  });

  test("a slow answer is waited for; one that is slower than the operation's time-out is the host's own fault", async () => {
    await using there = await WireScene.open({
      host: {
        wireFaults: [
          { operation: "query", instead: { slowMilliseconds: 30 } },
          { operation: "get", instead: { slowMilliseconds: 3_600_000 } },
        ],
      },
    });
    assert.equal((await machines(there)).length, 2);
    await using impatient = WsmanSession.open({
      transport: there.transport(),
      entropy: systemEntropy,
      operationTimeoutMs: 50,
    });
    await assert.rejects(impatient.get(machineAt(SCENE_MACHINE)), (error) => {
      assert.ok(error instanceof CimFault);
      assert.equal(error.parts.code, 0x80338029);
      return true;
    });
  });

  test("a cut answer of a method leaves what it did: nobody may ask twice", async () => {
    await using there = await withFault({ operation: "CreateSnapshot", instead: "cut" });
    await assert.rejects(create(there), { code: "host-unreachable" });
    await there.scene.host.finishJobs();
    const { machines: found } = await there.scene.host.state();
    assert.equal(found[0]?.recoveryCheckpoints?.length, 1);
  });

  test("what the scenario has for the host itself comes through: a failing host job, one that vanishes, a broken connection", async () => {
    await using there = await WireScene.open({
      host: {
        faults: [
          {
            method: "CreateSnapshot",
            instead: { errorCode: 32_775, errorDescription: "Größe ✗ <&>" },
          },
          { method: "CreateSnapshot", instead: "job-vanishes" },
          { method: "query", after: 2, instead: "disconnect" },
        ],
      },
    });
    const failed = await create(there);
    assert.deepEqual(
      [
        failed?.properties["JobState"],
        failed?.properties["ErrorCode"],
        failed?.properties["ErrorDescription"],
      ],
      [10, 32_775, "Größe ✗ <&>"],
    );
    assert.equal(await create(there), undefined);
    await assert.rejects(machines(there), { code: "host-unreachable" });
    assert.equal((await machines(there)).length, 2);
    assert.deepEqual(there.failures, []);
  });

  test("a password that is wrong is refused", async () => {
    await using there = await WireScene.open();
    await using stranger = WsmanSession.open({
      transport: there.transport({ account: { user: WIRE_USER, domain: "", password: new Secret("wrong") } }),
      entropy: systemEntropy,
    });
    await assert.rejects(stranger.get(machineAt(SCENE_MACHINE)), {
      code: "host-authentication-failed",
      reason: "refused",
    });
  });
});
