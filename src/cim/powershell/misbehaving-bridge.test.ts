import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Clock, InterruptedError, systemClock } from "../../base/index.ts";
import {
  CimAnswerError,
  CimConnectionError,
  type CimInstance,
  type CimReference,
  type CimSession,
} from "../index.ts";
import { PowershellSession } from "./powershell-session.ts";
import { type BridgeStep, scriptedSession } from "./testing/index.ts";

const V2 = "root\\virtualization\\v2";
const HELLO: BridgeStep = { hello: {} };
const SOMETHING: BridgeStep = { say: '{"id":@id,"items":[],"more":false}\n' };
const service: CimReference = { kind: "reference", namespace: V2, className: "X_Service", keys: {} };

const all = async (session: CimSession, className: string): Promise<CimInstance[]> =>
  await Array.fromAsync(session.query(V2, `SELECT * FROM ${className}`));

/** Deadlines of this length are over at once; others wait until they are called off. */
const clockThatIsOver = (milliseconds: number): Clock => ({
  ...systemClock,
  async sleep(asked, options) {
    if (asked !== milliseconds) await systemClock.sleep(asked, options);
  },
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => "no error",
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error && "code" in error, String(error));
  return String(error.code);
}

describe("PowershellSession and a bridge that misbehaves", () => {
  test("tells a crash in the middle of an answer as a lost connection, with what the process complained of, and starts anew", async () => {
    const half: BridgeStep = { say: '{"id":@id,"items":[{"cla', complain: "Out of memory", exit: 3 };
    await using session = await scriptedSession([HELLO, SOMETHING, half]);
    assert.deepEqual(await all(session, "A"), []);
    const waiting = all(session, "A");
    await assert.rejects(waiting, {
      name: CimConnectionError.name,
      message: 'Cannot go on with Windows PowerShell: it ended with code 3 and said "Out of memory"',
    });
    assert.deepEqual(await all(session, "A"), []);
  });

  test("loses an open listing with its process, and does not ask another one for the rest", async () => {
    const some: BridgeStep = {
      say: '{"id":@id,"items":[{"class":"A","path":"","properties":{}}],"more":true}\n',
    };
    await using session = await scriptedSession([HELLO, some, { say: "", exit: 0 }]);
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const { className } of session.query(V2, "SELECT * FROM A")) seen.push(className);
    }, CimConnectionError);
    assert.deepEqual(seen, ["A"]);
  });

  test("takes a listing in portions, and tells the bridge when it is broken off", async () => {
    const portion = (more: boolean): BridgeStep => ({
      say: `{"id":@id,"items":[{"class":"A","path":"","properties":{}}],"more":${more}}\n`,
    });
    const report: BridgeStep = { report: "heard" };
    await using session = await scriptedSession([
      HELLO,
      portion(true),
      portion(false),
      portion(true),
      report,
    ]);
    assert.equal((await all(session, "A")).length, 2);
    for await (const first of session.query(V2, "SELECT * FROM B")) {
      assert.equal(first.className, "A");
      break;
    }
    const [{ properties }] = (await all(session, "C")) as [CimInstance];
    assert.deepEqual(
      (properties["heard"] as string[])
        .map((line) => JSON.parse(line) as { operation: string; listing?: number })
        .map(({ operation, listing }) => [operation, listing ?? 0]),
      [
        ["hello", 0],
        ["query", 0],
        ["more", 2],
        ["query", 0],
        ["cancel", 4],
        ["query", 0],
      ],
    );
  });

  test("names what is no answer, and a line without an end, with codes of their own", async () => {
    const cases: readonly (readonly [string, readonly BridgeStep[]])[] = [
      ["host-bridge-garbled", [HELLO, { say: "WARNING: something\n" }]],
      ["host-bridge-garbled", [HELLO, { say: '{"id":1,"items":[],"more":false}\n' }]],
      ["host-bridge-garbled", [HELLO, { say: '{"id":@id,"items":7,"more":false}\n' }]],
      ["host-bridge-overlong", [HELLO, { say: "x".repeat(2_000) }]],
      ["host-answer-malformed", [HELLO, { say: '{"id":@id,"items":[{"class":7}],"more":false}\n' }]],
      ["host-bridge-mismatch", [{ hello: { version: 2 } }]],
      ["host-bridge-mismatch", [{ hello: { powershell: "7.4.1" } }]],
      ["host-bridge-mismatch", [{ hello: { echo: "?" } }]],
      ["host-bridge-restricted", [{ say: '{"id":0,"restricted":"ConstrainedLanguage"}\r\n', exit: 1 }]],
      ["host-bridge-failed", [{ say: "", complain: "running scripts is disabled", exit: 1 }]],
      ["host-bridge-denied", [HELLO, { say: deniedLine(-2147217405) }]], // WBEM_E_ACCESS_DENIED
      ["host-bridge-denied", [HELLO, { say: deniedLine(-2147024891) }]], // E_ACCESSDENIED
    ];
    for (const [code, steps] of cases) {
      await using session = await scriptedSession(steps, { maxLineBytes: 1_000 });
      assert.equal(await codeOf(all(session, "A")), code, JSON.stringify(steps));
    }
  });

  test("ends a bridge that says more than it was asked, and starts anew", async () => {
    const twice: BridgeStep = {
      say: '{"id":@id,"items":[],"more":false}\n{"id":@id,"items":[],"more":false}\n',
    };
    await using session = await scriptedSession([HELLO, twice]);
    await all(session, "A").catch(() => undefined);
    assert.deepEqual(await all(session, "A"), [], "a new process serves the next call");
  });

  test("says so when there is no such program", async () => {
    const launch = { program: "/nowhere/powershell.exe", arguments: [] };
    await using session = await PowershellSession.open({ environment: {}, launch });
    assert.equal(await codeOf(all(session, "A")), "host-bridge-missing");
  });

  test("ends a bridge that does not answer in time", async () => {
    const clock = clockThatIsOver(12_345);
    await using session = await scriptedSession([HELLO, { silent: "once" }], {
      clock,
      answerTimeoutMs: 12_345,
    });
    await assert.rejects(session.invoke(service, "Do", { arguments: {} }), {
      name: CimConnectionError.name,
      message: 'Cannot do "invoke": Windows PowerShell gave no answer within 12345 ms',
    });
  });

  test("waits for the end of what was interrupted, tells the bridge, keeps the process, and lets go of those in line", async () => {
    const listing: BridgeStep = { say: '{"id":@id,"items":[],"more":true}\n' };
    const report: BridgeStep = { report: "heard" };
    await using session = await scriptedSession([HELLO, report, listing, report]);
    const [before] = (await all(session, "A")) as [CimInstance];
    const stop = new AbortController();
    const asked = Array.fromAsync(session.query(V2, "SELECT * FROM B", { signal: stop.signal }));
    const inLine = Array.fromAsync(session.query(V2, "SELECT * FROM C", { signal: stop.signal }));
    await new Promise<void>((resolve) => setImmediate(resolve)); // B is on its way, C waits for it
    stop.abort();
    await assert.rejects(inLine, InterruptedError);
    await assert.rejects(asked, InterruptedError);
    await assert.rejects(session.get(service, { signal: stop.signal }), InterruptedError);
    const [after] = (await all(session, "D")) as [CimInstance];
    assert.equal(after.properties["pid"], before.properties["pid"]);
    const heard = (after.properties["heard"] as string[]).map((line) => JSON.parse(line) as { wql?: string });
    assert.deepEqual(
      heard.slice(2).map(({ wql }) => wql ?? "cancel"),
      ["SELECT * FROM B", "cancel", "SELECT * FROM D"],
    );
  });

  test("ends a bridge that is deaf after an interruption, and at its own end one that does not go", async () => {
    const clock = clockThatIsOver(5_000); // both the hearing and the ending
    await using session = await scriptedSession([HELLO, { report: "heard" }, { silent: "deaf" }], { clock });
    const [{ properties }] = (await all(session, "A")) as [CimInstance];
    const stop = new AbortController();
    const asked = session.get(service, { signal: stop.signal });
    setImmediate(() => stop.abort());
    await assert.rejects(asked, InterruptedError);
    await gone(properties["pid"] as number);
  });

  test("ends its process with itself, and refuses calls afterwards", async () => {
    const session = await scriptedSession([HELLO, { report: "heard" }]);
    const [{ properties }] = (await all(session, "A")) as [CimInstance];
    await session[Symbol.asyncDispose]();
    await gone(properties["pid"] as number);
    await assert.rejects(all(session, "A"), CimConnectionError);
  });

  test("tells an empty answer where one instance was wanted, and a method without a return value", async () => {
    const empty: BridgeStep = {
      say: '{"id":@id,"items":[{"class":"P","path":"","properties":{}}],"more":false}\n',
    };
    await using session = await scriptedSession([HELLO, SOMETHING, empty]);
    await assert.rejects(session.get(service), CimAnswerError);
    await assert.rejects(session.invoke(service, "Do", { arguments: {} }), CimAnswerError);
  });

  test("reads instances in a method's answer, whose texts no class declares", async () => {
    const xml =
      '<INSTANCE CLASSNAME=\\"E\\"><PROPERTY NAME=\\"N\\" TYPE=\\"uint16\\"><VALUE>5</VALUE></PROPERTY></INSTANCE>';
    const out: BridgeStep = {
      say: `{"id":@id,"items":[{"class":"P","path":"","properties":{"ReturnValue":0,"Info":"${xml}"}}],"more":false}\n`,
    };
    await using session = await scriptedSession([HELLO, out]);
    assert.deepEqual(await session.invoke(service, "Do", { arguments: {} }), {
      returnValue: 0,
      out: { Info: { kind: "instance", className: "E", properties: { N: 5 } } },
    });
  });
});

function deniedLine(code: number): string {
  const fault = { code, message: "Access denied ", type: "ManagementException", details: null };
  return `{"id":@id,"fault":${JSON.stringify(fault)}}\n`;
}

/** Waits until the system knows no such process. */
async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await systemClock.sleep(10);
  }
  assert.fail(`process ${pid} is still there`);
}
