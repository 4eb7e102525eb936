import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import {
  CimConnectionError,
  CimFault,
  type CimInstance,
  type CimMethodResult,
  type CimReference,
  type CimValue,
} from "../../cim/index.ts";
import { accessTo } from "../testing/access-to.ts";
import { row, type ScriptedCall, ScriptedSession } from "../testing/index.ts";
import { callHost, type HostCall } from "./host-job.ts";

const JOB = "job-1";
const SERVICE: CimReference = { kind: "reference", namespace: "n", className: "Service", keys: {} };
const JOB_REFERENCE: CimReference = {
  kind: "reference",
  namespace: "n",
  className: "Msvm_ConcreteJob",
  keys: { InstanceID: JOB },
};

function job(properties: Readonly<Record<string, CimValue>>): CimInstance {
  return row("Msvm_ConcreteJob", { InstanceID: JOB, ...properties });
}

const RUNNING = job({ JobState: 4, ErrorCode: 0 });
const DONE = job({ JobState: 7, ErrorCode: 0 });

function started(
  answer: CimMethodResult | Error = { returnValue: 4096, out: { Job: JOB_REFERENCE } },
): ScriptedCall {
  return { method: "Do", answer };
}

function call(changed: Partial<HostCall> = {}): HostCall {
  return { target: SERVICE, method: "Do", arguments: {}, limitMs: 60_000, ...changed };
}

test("`callHost()` takes 0 for done and asks for no job", async () => {
  await using session = new ScriptedSession({
    rows: {},
    calls: [started({ returnValue: 0, out: { X: 1 } })],
  });
  const outcome = await callHost(accessTo(session), call());
  assert.deepEqual(outcome, { kind: "done", out: { X: 1 }, affected: [] });
});

test("`callHost()` follows the job that the call returned, by its reference, and gives what it made", async () => {
  const made = row("Msvm_VirtualSystemSettingData", { InstanceID: "Microsoft:1" });
  await using session = new ScriptedSession({ rows: {}, calls: [started()] });
  session.promiseJob(JOB, [RUNNING, RUNNING, DONE], [made]);
  const clock = new FakeClock();
  const jobs: CimReference[] = [];
  const onJob = async (reference: CimReference): Promise<void> => {
    jobs.push(reference);
  };
  const outcome = await callHost(accessTo(session, { clock }), call({ onJob }));
  assert.deepEqual(outcome, { kind: "done", out: { Job: JOB_REFERENCE }, affected: [made] });
  assert.deepEqual(jobs, [JOB_REFERENCE]);
  assert.equal(clock.slept.length, 2);
});

test("`callHost()` takes a job that completed with warnings for done", async () => {
  await using session = new ScriptedSession({ rows: {}, calls: [started()] });
  session.promiseJob(JOB, [job({ JobState: 32_768, ErrorCode: 32_768 })]);
  assert.equal((await callHost(accessTo(session), call())).kind, "done");
});

test("`callHost()` gives a failed job's code and sentence", async () => {
  const failures = [
    [{ JobState: 10, ErrorCode: 32_775, ErrorDescription: "conflict" }, 32_775, "conflict"],
    [
      { JobState: 7, ErrorCode: 32_768, ErrorDescription: "", ErrorSummaryDescription: "short" },
      32_768,
      "short",
    ],
    [{ JobState: 8, ErrorCode: 1 }, 1, "the host gave no reason"],
    [{ JobState: 9 }, 0, "the host gave no reason"],
  ] as const;
  for (const [properties, code, sentence] of failures) {
    await using session = new ScriptedSession({ rows: {}, calls: [started()] });
    session.promiseJob(JOB, [job(properties)]);
    assert.deepEqual(await callHost(accessTo(session), call()), { kind: "failed", code, sentence });
  }
});

test("`callHost()` gives a return value that is no start, and a fault, as failures with their parts", async () => {
  await using session = new ScriptedSession({ rows: {}, calls: [started({ returnValue: 32_773, out: {} })] });
  assert.deepEqual(await callHost(accessTo(session), call()), {
    kind: "failed",
    code: 32_773,
    sentence: "Do returned 32773",
  });
  const fault = new CimFault("Cannot do: denied", { code: 0x80041003, reason: "Access denied" });
  await using denied = new ScriptedSession({ rows: {}, calls: [started(fault)] });
  assert.deepEqual(await callHost(accessTo(denied), call()), {
    kind: "failed",
    code: 0x80041003,
    sentence: "Access denied",
    cause: fault,
  });
});

test("`callHost()` says that a job object vanished, or was never named", async () => {
  await using session = new ScriptedSession({ rows: {}, calls: [started()] });
  session.promiseJob(JOB, [RUNNING, undefined]);
  assert.deepEqual(await callHost(accessTo(session), call()), { kind: "vanished" });
  await using nameless = new ScriptedSession({
    rows: {},
    calls: [started({ returnValue: 4096, out: { Job: "x" } })],
  });
  assert.deepEqual(await callHost(accessTo(nameless), call()), { kind: "vanished" });
});

test("`callHost()` goes on polling through nonsense until its limit, and then tells the job to end", async () => {
  const ending: ScriptedCall = {
    method: "RequestStateChange",
    answer: { returnValue: 0, out: {} },
    check: (input) => {
      assert.equal(input["RequestedState"], 4);
    },
  };
  await using session = new ScriptedSession({ rows: {}, calls: [started(), ending] });
  session.promiseJob(JOB, [job({ JobState: "busy" }), job({}), job({ JobState: 99 })]);
  assert.deepEqual(await callHost(accessTo(session), call({ limitMs: 5_000 })), { kind: "endless" });
});

test("`callHost()` that is interrupted tells the job to end, waits for it, and rejects", async () => {
  const stopping = new AbortController();
  const ending = { method: "RequestStateChange", answer: { returnValue: 0, out: {} } };
  await using session = new ScriptedSession({ rows: {}, calls: [started(), ending] });
  session.promiseJob(JOB, [RUNNING, RUNNING, job({ JobState: 8 })]);
  const onLook = async (): Promise<void> => {
    stopping.abort();
  };
  await assert.rejects(
    callHost(accessTo(session), call({ signal: stopping.signal, onLook })),
    InterruptedError,
  );
});

test("`callHost()` looks again when the connection breaks between two looks, and gives up after four", async () => {
  await using session = new ScriptedSession({ rows: {}, calls: [started()] });
  session.promiseJob(JOB, [DONE]);
  let breaks = 3;
  const get = session.get.bind(session);
  session.get = async (reference) => {
    if (breaks-- > 0) throw new CimConnectionError("Cannot go on: broken");
    return await get(reference);
  };
  assert.equal((await callHost(accessTo(session), call())).kind, "done");
  breaks = 4;
  await using again = new ScriptedSession({ rows: {}, calls: [started()] });
  again.get = async (reference) => await session.get(reference);
  await assert.rejects(callHost(accessTo(again), call()), CimConnectionError);
});

test("`callHost()` looks again when the host refuses a look, and takes a job that it goes on refusing for vanished", async () => {
  const outcomes: string[] = [];
  for (const refusals of [3, 4]) {
    await using session = new ScriptedSession({ rows: {}, calls: [started()] });
    session.promiseJob(JOB, [DONE]);
    let left = refusals;
    const get = session.get.bind(session);
    session.get = async (reference) => {
      if (left-- > 0) throw new CimFault("Cannot get", { code: 0x80041001, reason: "Generic failure" });
      return await get(reference);
    };
    outcomes.push((await callHost(accessTo(session), call())).kind);
  }
  assert.deepEqual(outcomes, ["done", "vanished"]);
});
