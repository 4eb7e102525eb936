import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { CimAnswerError, type CimInstance, type CimValue } from "../../cim/index.ts";
import { accessTo } from "../testing/access-to.ts";
import {
  hostRows,
  MemoryJournal,
  machineOf,
  row,
  type ScriptedCall,
  ScriptedSession,
} from "../testing/index.ts";
import { type CheckpointLevel, type MakingOutcome, makeCheckpoint } from "./make-checkpoint.ts";
import { CustodyKeeper } from "./recovery-custody.ts";

const MADE = "9C0D1E2F-0000-4000-8000-0000000000FF";
const SERVICE = row("Msvm_VirtualSystemSnapshotService", { Name: "vmms" }, ["Name"]);
const JOB = row("Msvm_ConcreteJob", { InstanceID: "job-1", JobState: 7, ErrorCode: 0 });

function settings(id: string): CimInstance {
  return row("Msvm_VirtualSystemSettingData", { InstanceID: `Microsoft:${id}` });
}

async function made(
  request: { readonly level: CheckpointLevel; readonly build?: number },
  host: {
    readonly call?: Partial<ScriptedCall>;
    readonly looks?: readonly (CimInstance | undefined)[];
    readonly affected?: readonly CimInstance[];
  } = {},
): Promise<{
  readonly outcome: MakingOutcome;
  readonly journal: MemoryJournal;
  readonly keeper: CustodyKeeper;
}> {
  const rows = hostRows({ [SERVICE.className]: [SERVICE] });
  const answer = { returnValue: 4096, out: { Job: JOB.reference ?? null } };
  const calls = [{ method: "CreateSnapshot", answer, ...host.call }];
  await using session = new ScriptedSession({ rows, calls });
  session.promiseJob("job-1", host.looks ?? [JOB], host.affected ?? [settings(MADE)]);
  const journal = new MemoryJournal();
  const access = accessTo(session, {
    journal,
    ...(request.build === undefined ? {} : { build: request.build }),
  });
  const machine = machineOf({ reference: settings(MADE).reference });
  const keeper = await CustodyKeeper.record(access, machine, { run: "run-1" });
  const outcome = await makeCheckpoint(access, keeper, { machine, level: request.level });
  return { outcome, journal, keeper };
}

test("`makeCheckpoint()` asks for a recovery checkpoint of the level, and leaves out what it cannot hold", async () => {
  for (const [level, number] of [
    ["application", 1],
    ["crash", 2],
  ] as const) {
    const check = (input: Readonly<Record<string, CimValue>>): void => {
      assert.equal(input["SnapshotType"], 32_768);
      const asked = input["SnapshotSettings"] as CimInstance;
      assert.deepEqual(asked.properties, {
        ConsistencyLevel: number,
        IgnoreNonSnapshottableDisks: true,
        GuestBackupType: 2,
      });
    };
    assert.equal((await made({ level }, { call: { check } })).outcome.kind, "made");
  }
});

test("`makeCheckpoint()` does not send GuestBackupType to 2016, whose class has no such property", async () => {
  const check = (input: Readonly<Record<string, CimValue>>): void => {
    const asked = input["SnapshotSettings"] as CimInstance;
    assert.deepEqual(Object.keys(asked.properties), ["ConsistencyLevel", "IgnoreNonSnapshottableDisks"]);
  };
  await made({ level: "application", build: 14_393 }, { call: { check } });
});

test("`makeCheckpoint()` knows its checkpoint by what the job affected, and writes job and checkpoint down", async () => {
  const { outcome, journal, keeper } = await made(
    { level: "crash" },
    { affected: [row("Msvm_ComputerSystem", { Name: "x" }, ["Name"]), settings(MADE)] },
  );
  assert.deepEqual(outcome, { kind: "made", checkpoint: guid(MADE) });
  assert.deepEqual(journal.acts, ["record", "amend job", "amend checkpoint"]);
  assert.deepEqual([keeper.facts.job, keeper.facts.checkpoint], ["job-1", guid(MADE)]);
});

test("`makeCheckpoint()` takes the reference that a call without a job returns", async () => {
  const answer = { returnValue: 0, out: { ResultingSnapshot: settings(MADE).reference ?? null } };
  const { outcome } = await made({ level: "crash" }, { call: { answer } });
  assert.deepEqual(outcome, { kind: "made", checkpoint: guid(MADE) });
});

test("`makeCheckpoint()` says that what became of it is not known when the job is gone and nothing new stands", async () => {
  assert.equal((await made({ level: "crash" }, { looks: [undefined] })).outcome.kind, "lost");
  assert.equal((await made({ level: "crash" }, { affected: [] })).outcome.kind, "lost");
});

test("`makeCheckpoint()` refuses a machine whose instance the host did not name", async () => {
  await using session = new ScriptedSession({ rows: hostRows({ [SERVICE.className]: [SERVICE] }) });
  const access = accessTo(session);
  const keeper = await CustodyKeeper.record(access, machineOf(), { run: "run-1" });
  await assert.rejects(
    makeCheckpoint(access, keeper, { machine: machineOf(), level: "crash" }),
    CimAnswerError,
  );
});
