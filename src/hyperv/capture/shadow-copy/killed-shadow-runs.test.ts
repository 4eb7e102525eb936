import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, StillpointError } from "../../../base/index.ts";
import { CimConnectionError } from "../../../cim/index.ts";
import { HostFileError } from "../../../places/index.ts";
import { KilledError, ROW_MACHINE, row } from "../../testing/index.ts";
import { holdOptions } from "../../testing/scene-host.ts";
import { ShadowScene } from "../../testing/shadow-scene.ts";
import { type StruckPorts, struckPorts } from "../../testing/struck-ports.ts";

const ID = guid(ROW_MACHINE);
const RUNNING = 2;
const SAVED = 6;

/** A writer that saves the guest and forgets to resume it: the worst that a run can leave. */
function scene(): ShadowScene {
  const scene = new ShadowScene({ caption: "Offline\\web01" });
  scene.diskshadow.onCreate = () => {
    scene.setState(SAVED);
    return undefined;
  };
  return scene;
}

/** One run that may be struck down; gives how it ended. */
async function run(
  scene: ShadowScene,
  plan: Parameters<typeof struckPorts>[1],
): Promise<{ readonly error: unknown; readonly ports: StruckPorts }> {
  const { session, files, journal, diskshadow } = scene;
  const ports = struckPorts({ session, files, journal, commands: diskshadow }, plan);
  try {
    const host = await scene.host(ports);
    const held = await host.hold(ID, holdOptions());
    await held.confirmUnchanged();
    await held.release();
    return { error: undefined, ports };
  } catch (error) {
    return { error, ports };
  }
}

for (const when of ["before", "after"] as const) {
  test(`a run with a shadow copy that is killed ${when} any of its acts leaves nothing once \`cleanUp()\` has run, and its guest runs`, async () => {
    const whole = await run(scene(), { at: 0, when });
    assert.equal(whole.error, undefined);
    const acts = whole.ports.acts();
    assert.ok(acts > 60, `only ${acts} acts`);
    for (let at = 1; at <= acts; at++) {
      const killed = `killed ${when} act ${at}`;
      const struck = scene();
      const { error } = await run(struck, { at, when });
      assert.ok(error instanceof KilledError, `${killed}: it went on (${String(error)})`);
      struck.journal.die();
      const { leftBehind } = await (await struck.host()).cleanUp();
      assert.deepEqual(leftBehind, [], killed);
      assert.deepEqual(struck.audit(), [], killed);
      assert.equal(struck.state, RUNNING, `${killed}: the guest stands still`);
    }
  });
}

test("a connection that breaks at any act of a run loses nothing: the run goes on, or fails with a typed error, and leaves what the next start removes", async () => {
  const acts = (await run(scene(), { at: 0, when: "before" })).ports.acts();
  const blips = [
    () => new CimConnectionError("Cannot reach the host: it is gone"),
    () => new HostFileError('Cannot use "x": away', { path: "x", reason: "failed" }),
  ];
  let failures = 0;
  for (let at = 1; at <= acts; at++) {
    for (const error of blips) {
      const struck = scene();
      const outcome = await run(struck, { at, when: at % 2 === 0 ? "before" : "after", error });
      if (outcome.error !== undefined) failures++;
      assert.ok(
        outcome.error === undefined || outcome.error instanceof StillpointError,
        String(outcome.error),
      );
      struck.journal.die();
      assert.deepEqual((await (await struck.host()).cleanUp()).leftBehind, [], `act ${at}`);
      assert.deepEqual(struck.audit(), [], `act ${at}`);
      assert.equal(struck.state, RUNNING, `act ${at}`);
    }
  }
  assert.ok(failures > 20, `only ${failures} runs failed`);
});

test("`cleanUp()` that is killed at any of its acts is taken up by the next one", async () => {
  for (let at = 1; ; at++) {
    const struck = scene();
    struck.diskshadow.afterCreate = () => {
      throw new KilledError("in the middle of diskshadow");
    };
    const { error } = await run(struck, { at: 0, when: "before" });
    assert.ok(error instanceof KilledError);
    struck.diskshadow.afterCreate = () => undefined;
    struck.journal.die();
    const { session, files, journal, diskshadow } = struck;
    const ports = struckPorts({ session, files, journal, commands: diskshadow }, { at, when: "after" });
    let isWhole = false;
    try {
      await (await struck.host(ports)).cleanUp();
      isWhole = true;
    } catch (error) {
      assert.ok(error instanceof KilledError);
    }
    journal.die();
    assert.deepEqual((await (await struck.host()).cleanUp()).leftBehind, [], `killed after act ${at}`);
    assert.deepEqual(struck.audit(), [], `killed after act ${at}`);
    assert.equal(struck.state, RUNNING);
    if (isWhole) break;
  }
});

test("`cleanUp()` finds the set of a diskshadow that died with the run in its log", async () => {
  const struck = scene();
  struck.diskshadow.afterCreate = () => {
    throw new KilledError("in the middle of diskshadow");
  };
  await run(struck, { at: 0, when: "before" });
  assert.equal(struck.diskshadow.backupsEnded, 0);
  struck.journal.die();
  struck.diskshadow.afterCreate = () => undefined;
  const { removed, leftBehind } = await (await struck.host()).cleanUp();
  assert.deepEqual(leftBehind, []);
  assert.equal(removed.length, 2, removed.join());
  assert.deepEqual(struck.audit(), []);
});

test("`cleanUp()` tells of shadow copies that may be ours and that no log names, and lets them stand", async () => {
  const struck = scene();
  struck.diskshadow.afterCreate = () => {
    throw new KilledError("in the middle of diskshadow");
  };
  await run(struck, { at: 0, when: "before" });
  struck.journal.die();
  const log = struck.files.paths().find((path) => path.endsWith(".log")) ?? assert.fail("no log");
  struck.files.write(log, "");
  const { leftBehind } = await (await struck.host()).cleanUp();
  assert.match(
    leftBehind[0] ?? "",
    /machine "web01": the shadow copies .* may be of run run-1; .* they stay/,
  );
  assert.equal(struck.diskshadow.shadows.length, 2);
  assert.ok(struck.journal.entries.some(({ kind }) => kind === "shadow-copy"));
});

test("`cleanUp()` never deletes shadow copies that stood before, or that are of other volumes", async () => {
  const struck = scene();
  const [volume] = struck.diskshadow.volumes;
  assert.ok(volume !== undefined);
  const foreign = (n: number): (typeof struck.diskshadow.shadows)[number] => {
    const id = `cccccccc-0000-4000-8000-00000000000${n}`;
    return { id, set: `dddddddd-0000-4000-8000-00000000000${n}`, alias: "", volume, number: 90 + n };
  };
  struck.diskshadow.shadows = [foreign(1)];
  struck.diskshadow.onCreate = () => {
    throw new KilledError("before anything was made");
  };
  await run(struck, { at: 0, when: "before" });
  struck.journal.die();
  struck.diskshadow.shadows.push(foreign(2));
  assert.deepEqual((await (await struck.host()).cleanUp()).leftBehind, []);
  assert.equal(struck.diskshadow.shadows.length, 2);
});

test("`cleanUp()` waits for a diskshadow that outlived its run, and tells when it does not end", async () => {
  const struck = scene();
  struck.diskshadow.onCreate = () => {
    throw new KilledError("diskshadow goes on without us");
  };
  await run(struck, { at: 0, when: "before" });
  struck.journal.die();
  const script = struck.journal.entries[0]?.facts["script"];
  assert.ok(typeof script === "string");
  const CommandLine = `diskshadow.exe /s ${script} /l x`;
  struck.session.rows["Win32_Process"] = [row("Win32_Process", { Handle: "1", CommandLine }, ["Handle"])];
  const start = struck.clock.monotonicMs();
  const { leftBehind } = await (await struck.host()).cleanUp();
  assert.match(leftBehind[0] ?? "", /a diskshadow of run run-1 still is at work/);
  assert.ok(struck.clock.monotonicMs() - start >= 45 * 60_000);
  struck.session.rows["Win32_Process"] = [];
  assert.deepEqual((await (await struck.host()).cleanUp()).leftBehind, []);
  assert.deepEqual(struck.audit(), []);
});
