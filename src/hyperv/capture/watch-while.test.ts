import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { CimConnectionError } from "../../cim/index.ts";
import { accessTo } from "../testing/access-to.ts";
import { KilledError, machineOf, row, ScriptedSession } from "../testing/index.ts";
import { GuestWatch } from "./guest-watch.ts";
import { watchWhile } from "./watch-while.ts";

const SYSTEM = row("Msvm_ComputerSystem", { Name: "x", EnabledState: 2 }, ["Name"]);

function parts(get: () => Promise<typeof SYSTEM | undefined>, power: "running" | "off" = "running") {
  const session = new ScriptedSession({ rows: {} });
  let looks = 0;
  session.get = async () => {
    looks++;
    return await get();
  };
  const access = accessTo(session, { clock: new FakeClock() });
  const watch = new GuestWatch(access, machineOf({ power, reference: SYSTEM.reference }));
  return { access, watch, looks: () => looks };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

test("`watchWhile()` looks as long as the work lasts, and gives the work's result", async () => {
  const { access, watch, looks } = parts(async () => SYSTEM);
  const result = await watchWhile(access, watch, async () => {
    await turns(100);
    return "done";
  });
  assert.equal(result, "done");
  const seen = looks();
  assert.ok(seen > 3, `${seen} looks`);
  await turns(100);
  assert.equal(looks(), seen, "it goes on looking");
});

test("`watchWhile()` misses a look that fails, and loses nothing of the work for it", async () => {
  const { access, watch, looks } = parts(async () => {
    throw new CimConnectionError("Cannot reach the host: it is gone");
  });
  assert.equal(await watchWhile(access, watch, async () => await turns(50).then(() => 7)), 7);
  assert.ok(looks() > 1);
});

test("`watchWhile()` gives the work's error before its own", async () => {
  const killed = new KilledError("gone");
  const { access, watch } = parts(async () => {
    throw killed;
  });
  const failure = new TypeError("the work");
  await assert.rejects(
    watchWhile(access, watch, async () => {
      await turns(20);
      throw failure;
    }),
    failure,
  );
  await assert.rejects(
    watchWhile(access, watch, async () => await turns(20)),
    killed,
  );
});

test("`watchWhile()` does not look at a machine that does not run", async () => {
  const { access, watch, looks } = parts(async () => SYSTEM, "off");
  await watchWhile(access, watch, async () => await turns(20));
  assert.equal(looks(), 0);
});
