/*
 * What Windows PowerShell may do otherwise than we assume (docs/unconfirmed.md, `powershell-…`), and what then becomes of a call.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { type Clock, systemClock } from "../../base/index.ts";
import type { CimInstance, CimSession } from "../index.ts";
import { type BridgeStep, scriptedSession } from "./testing/index.ts";

const GREETING_MS = 120_000;
const CALL_MS = 12_345;
const HELLO: BridgeStep = { hello: {} };
const NOTHING: BridgeStep = { say: '{"id":@id,"items":[],"more":false}\n' };

const all = async (session: CimSession): Promise<CimInstance[]> =>
  await Array.fromAsync(session.query("root\\cimv2", "SELECT * FROM A"));

/** Deadlines of this length are over at once; others wait until they are called off. */
const clockThatIsOver = (milliseconds: number): Clock => ({
  ...systemClock,
  async sleep(asked, options) {
    if (asked !== milliseconds) await systemClock.sleep(asked, options);
  },
});

const faultLine = (code: number, more: object = {}): BridgeStep => {
  const fault = { code: code | 0, message: "It failed ", type: "System.Exception", details: null, ...more };
  return { say: `{"id":@id,"fault":${JSON.stringify(fault)}}\n` };
};

interface Course {
  /** One for each line that the bridge hears. */
  readonly steps: readonly BridgeStep[];
  /** A deadline of this length is over at once. */
  readonly overMs?: number;
  readonly code: string;
  readonly message?: RegExp;
}

/** A call that meets this bridge fails so. */
async function fails({ steps, overMs, ...error }: Course): Promise<void> {
  const clock = overMs === undefined ? systemClock : clockThatIsOver(overMs);
  await using session = await scriptedSession(steps, { clock, answerTimeoutMs: CALL_MS });
  await assert.rejects(all(session), error);
}

const TOO_LATE = { overMs: GREETING_MS, code: "host-bridge-failed", message: /within 120000 ms$/ } as const;

describe("PowershellSession and what nobody has seen of Windows PowerShell", () => {
  test("powershell-stdin: where lines are left to the script, they are answered", async () => {
    await using session = await scriptedSession([HELLO, NOTHING]);
    assert.deepEqual(await all(session), []);
  });

  test("powershell-stdin: where lines are read away, the greeting is given up after two minutes, a later call at its time-out", async () => {
    await fails({ ...TOO_LATE, steps: [{ silent: "once" }] });
    await fails({
      steps: [HELLO, { silent: "once" }],
      overMs: CALL_MS,
      code: "host-unreachable",
      message: /"query": Windows PowerShell gave no answer within 12345 ms$/,
    });
  });

  test("powershell-stdout: a line of somebody else, before the greeting or after it, is told as no answer", async () => {
    const transcript: BridgeStep = { say: "Transcript started, output file is C:\\x.txt\n" };
    await fails({ steps: [transcript], code: "host-bridge-garbled" });
    await fails({ steps: [HELLO, transcript], code: "host-bridge-garbled" });
  });

  test("powershell-matchevaluator: where the script block is not taken, the greeting fails with that, because it has texts beyond ASCII", async () => {
    const sentence = "Cannot convert argument to MatchEvaluator";
    await fails({
      steps: [faultLine(0x80131501, { message: sentence })],
      code: "host-bridge-failed",
      message: new RegExp(`^Cannot use Windows PowerShell: it cannot greet: ${sentence}$`),
    });
    const changed: BridgeStep = { hello: { echo: '"\\/ ????' } };
    await fails({ steps: [changed], code: "host-bridge-mismatch", message: /changes text$/ });
  });

  test("powershell-extended-status: without it the exception's own sentence is told", async () => {
    const message = /^Cannot do "a call": It failed \(0x80041010\)$/;
    await fails({ steps: [HELLO, faultLine(0x80041010)], code: "host-fault", message });
  });

  test("powershell-unelevated: 0x80041003 and 0x80070005 say that the account may not", async () => {
    for (const code of [0x80041003, 0x80070005])
      await fails({ steps: [HELLO, faultLine(code)], code: "host-bridge-denied" });
  });

  test("powershell-unelevated: another code reads as the host's refusal, with its sentence", async () => {
    const sentence = "A required privilege is not held by the client.";
    const steps = [HELLO, faultLine(0x80070522, { message: sentence })];
    await fails({
      steps,
      code: "host-fault",
      message: /A required privilege is not held by the client\. \(0x80070522\)$/,
    });
  });

  test("powershell-constrained: a session that can write one text is told as restricted", async () => {
    const steps: BridgeStep[] = [{ say: '{"id":0,"restricted":"ConstrainedLanguage"}\r\n', exit: 1 }];
    await fails({ steps, code: "host-bridge-restricted", message: /"ConstrainedLanguage"/ });
  });

  test("powershell-constrained: one that ends with an error has failed, with what it said", async () => {
    const steps: BridgeStep[] = [{ say: "", complain: "Cannot invoke method in this mode.", exit: 1 }];
    await fails({ steps, code: "host-bridge-failed", message: /Cannot invoke method in this mode\."$/ });
  });

  test("powershell-policy: a script that may not run and ends is told with the policy's sentence", async () => {
    const steps: BridgeStep[] = [{ say: "", complain: "bridge.ps1 is not digitally signed.", exit: 1 }];
    await fails({ steps, code: "host-bridge-failed", message: /bridge\.ps1 is not digitally signed\."$/ });
  });

  test("powershell-policy: one that stays silent is given up after two minutes, and ended", async () => {
    await fails({ ...TOO_LATE, steps: [{ silent: "deaf" }] });
  });

  test("powershell-speed: a start may take longer than a call's time-out", async () => {
    // the deadline of the call is over at once, and the greeting is waited for all the same
    const clock = clockThatIsOver(CALL_MS);
    await using session = await scriptedSession([HELLO], { clock, answerTimeoutMs: CALL_MS });
    await assert.rejects(all(session), { code: "host-unreachable", message: /"query"/ });
  });

  test("powershell-speed: a start of more than two minutes is given up", async () => {
    await fails({ ...TOO_LATE, steps: [{ silent: "once" }] });
  });
});

/** Our program in short: opens a session, says who its bridge is, and waits to be killed. */
const PARENT = `
const { scriptedSession } = await import(${JSON.stringify(import.meta.resolve("./testing/index.ts"))});
const session = await scriptedSession(JSON.parse(process.argv[1]));
const items = await Array.fromAsync(session.query("root", "SELECT * FROM A"));
console.log(items[0].properties.pid);
setInterval(() => undefined, 1000);`;

/** The bridge of a program that was ended from outside, as the Task Manager does it. */
async function bridgeOfEnded(steps: readonly BridgeStep[]): Promise<number> {
  const options = ["--no-warnings", "--input-type=module", "-e", PARENT, JSON.stringify(steps)];
  const parent = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "inherit"] });
  const first = await createInterface({ input: parent.stdout })[Symbol.asyncIterator]().next();
  const ended = Promise.withResolvers<void>();
  parent.once("close", () => ended.resolve());
  parent.kill("SIGKILL");
  await ended.promise;
  return Number(first.value);
}

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("a bridge whose program was ended from outside", () => {
  test("powershell-parent-death: it ends with its input", async () => {
    const pid = await bridgeOfEnded([HELLO, { report: "heard" }]);
    for (let looks = 0; looks < 500 && isThere(pid); looks++) await systemClock.sleep(10);
    assert.equal(isThere(pid), false, `process ${pid} is still there`);
  });

  test("powershell-parent-death: one that stays is in nobody's way", async () => {
    const pid = await bridgeOfEnded([HELLO, { report: "heard", stays: true }]);
    try {
      assert.ok(isThere(pid));
      await using session = await scriptedSession([HELLO, NOTHING]);
      assert.deepEqual(await all(session), []);
      assert.ok(isThere(pid), "only its own call ends it");
    } finally {
      process.kill(pid, "SIGKILL");
    }
  });
});
