/*
 * What the simulated host does where no source says anything, and why it does not matter: the entries of
 * docs/unconfirmed.md that it has chosen for itself, with their other answers.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CimInstance, numbersOf, textOf } from "../cim/index.ts";
import { MachineBusyError } from "./errors.ts";
import { rowWith } from "./testing/changed-session.ts";
import { codesOf, failsWhere, heldWhere } from "./testing/held-where.ts";

const SETTINGS = "Msvm_VirtualSystemSettingData";

test("a guest whose writer fails is held at level crash by whatever number shows it, and found out where none does (guest-writer-status)", async () => {
  const machine = { guest: { os: "windows", vss: "failing" } };
  for (const [status, told] of [
    [13, []],
    [6, []],
    [99, []],
    [2, ["forecast-differs"]],
  ] as const) {
    const rows = {
      Msvm_VssComponent: (all: readonly CimInstance[]) =>
        all.map((row) => rowWith(row, { OperationalStatus: [status] })),
    };
    await heldWhere({ machine, changes: { rows } }, (held) => {
      assert.deepEqual([held.reached, codesOf(held)], ["crash", told], String(status));
    });
  }
});

test("what goes on with a machine is seen whatever its first status is (working-status)", async () => {
  for (const first of [11, 2, 0]) {
    const change = (row: CimInstance): CimInstance => {
      const status = numbersOf(row, "OperationalStatus") ?? [];
      return status.length < 2 ? row : rowWith(row, { OperationalStatus: [first, ...status.slice(1)] });
    };
    const changes = {
      rows: { Msvm_ComputerSystem: (rows: readonly CimInstance[]) => rows.map(change) },
      got: { Msvm_ComputerSystem: change },
    };
    await failsWhere({ machine: { state: "migrating" }, changes }, (error) => {
      assert.ok(error instanceof MachineBusyError);
      assert.match(error.blocking, /migrating/);
      return true;
    });
    await heldWhere({ changes }, (held) => {
      assert.equal(held.reached, "application");
    });
  }
});

test("a recovery checkpoint is held and released whatever its parent is (recovery-parent)", async () => {
  for (const parent of [undefined, "itself"]) {
    const rows = {
      [SETTINGS]: (all: readonly CimInstance[]) =>
        all.map((row) => {
          if (!textOf(row, "VirtualSystemType").endsWith("Recovery")) return row;
          return rowWith(row, { Parent: parent === undefined ? undefined : (row.reference ?? null) });
        }),
    };
    const prepare = async (scene: { host: { createCheckpoint(m: string, n: string): Promise<unknown> } }) =>
      await scene.host.createCheckpoint("web01", "one");
    await heldWhere({ changes: { rows }, prepare }, (held) => {
      assert.deepEqual([held.reached, held.tree.checkpoints.length, codesOf(held)], ["application", 1, []]);
      assert.equal(held.tree.current, held.tree.checkpoints[0]?.id);
    });
  }
});

test("instances are their machine's by the first GUID of their id, whatever stands behind it and in any case (instance-id-forms)", async () => {
  const change = (rows: readonly CimInstance[]): readonly CimInstance[] =>
    rows.map((row) => rowWith(row, { InstanceID: `${textOf(row, "InstanceID").toLowerCase()}\\Other\\0` }));
  const rows = {
    Msvm_VssComponentSettingData: change,
    Msvm_ReplicationRelationship: change,
    Msvm_SecuritySettingData: change,
    Msvm_DiskMergeSettingData: change,
  };
  const machine = { vtpm: true, replication: { mode: "primary", state: "replicating", health: "critical" } };
  for (const changes of [{}, { rows }]) {
    await heldWhere({ machine, changes }, (held) => {
      assert.equal(held.reached, "application");
      assert.deepEqual([...codesOf(held)].sort(byText), ["replica-partner-critical", "vtpm-bound-to-host"]);
    });
  }
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
