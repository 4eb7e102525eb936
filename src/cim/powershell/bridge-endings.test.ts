import assert from "node:assert/strict";
import { sep } from "node:path";
import { describe, test } from "node:test";
import { type Clock, systemClock } from "../../base/index.ts";
import { withoutHandles } from "../../places/testing/index.ts";
import type { CimInstance, CimSession } from "../index.ts";
import { type BridgeStep, scriptedSession } from "./testing/index.ts";

const HELLO: BridgeStep = { hello: {} };
const REPORT: BridgeStep = { report: "heard" };

/** What the bridge says of itself. */
async function report(session: CimSession): Promise<{
  readonly pid: number;
  readonly environment: readonly string[];
  readonly heard: readonly { readonly operation: string; readonly listing?: number }[];
}> {
  const [{ properties }] = (await all(session)) as [CimInstance];
  return {
    pid: properties["pid"] as number,
    environment: properties["environment"] as string[],
    heard: (properties["heard"] as string[]).map((line) => JSON.parse(line) as { operation: string }),
  };
}

const all = async (session: CimSession): Promise<CimInstance[]> =>
  await Array.fromAsync(session.query("root\\cimv2", "SELECT * FROM A"));

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("PowershellSession and the end of its process", () => {
  test("ends one that outlives its input, and is gone only after it", async () => {
    const impatient: Clock = {
      ...systemClock,
      sleep: async (milliseconds, options) => {
        if (milliseconds !== 2_000) await systemClock.sleep(milliseconds, options); // the parting
      },
    };
    const session = await scriptedSession([HELLO, { ...REPORT, stays: true }], { clock: impatient });
    const { pid } = await report(session);
    assert.ok(isThere(pid));
    await session[Symbol.asyncDispose]();
    assert.ok(!isThere(pid), `process ${pid} is still there`);
  });

  test("asks one that said nonsense nothing more", async () => {
    await using session = await scriptedSession([HELLO, REPORT, { say: '{"id":"@id"}\n' }, REPORT]);
    const first = await report(session);
    await assert.rejects(all(session), { code: "host-bridge-garbled" });
    assert.notEqual((await report(session)).pid, first.pid);
  });

  test("keeps one whose instance nobody can read, and tells it to forget the listing", async () => {
    const unreadable: BridgeStep = { say: '{"id":@id,"items":[{"class":7}],"more":true}\n' };
    await using session = await scriptedSession([HELLO, REPORT, unreadable, REPORT]);
    const first = await report(session);
    await assert.rejects(all(session), { code: "host-answer-malformed" });
    const { pid, heard } = await report(session);
    assert.equal(pid, first.pid);
    const said = heard.map(({ operation, listing }) => [operation, listing]);
    assert.deepEqual(said.slice(2, 4), [
      ["query", undefined],
      ["cancel", 3],
    ]);
  });

  test("gives it the environment that its caller chose, and nothing of our own", async () => {
    process.env["STILLPOINT_HOST_PASSWORD"] = "Sentinel";
    try {
      const environment = { SystemRoot: "C:\\Windows", PSMODULEPATH: "C:\\7" };
      await using session = await scriptedSession([HELLO, REPORT], { environment });
      assert.deepEqual((await report(session)).environment, ["SystemRoot"]);
    } finally {
      delete process.env["STILLPOINT_HOST_PASSWORD"];
    }
  });
});

test("`PowershellSession` fails by name when no handles are left for its process", {
  skip: sep !== "/",
}, () => {
  const said = withoutHandles({
    module: import.meta.resolve("./powershell-session.ts"),
    name: "PowershellSession",
    run: `PowershellSession.open({ environment: {}, launch: { program: "cat", arguments: [] } })
      .then(async (session) => await Array.fromAsync(session.query("a", "b")))`,
  });
  assert.equal(said, "host-bridge-failed");
});
