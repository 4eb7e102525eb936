/*
 * Whole holds and inventories of a simulated host through a stand-in for Windows PowerShell that gives the other answers of
 * docs/unconfirmed.md (`powershell-…`).
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type RunEvent, systemClock, systemEntropy } from "../../base/index.ts";
import { type HypervHost, openHypervHost } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import { SCENE_MACHINE_ID, Scene, type SceneOptions, sceneHold } from "../../simulator/testing/index.ts";
import { type CimSession, textsOf } from "../index.ts";
import { type OtherAnswer, sessionThroughProcess } from "./testing/index.ts";

interface There extends AsyncDisposable {
  readonly scene: Scene;
  readonly session: CimSession;
  readonly host: HypervHost;
  /** From now on the stand-in gives these other answers, and no others. */
  readonly gives: (...others: readonly OtherAnswer[]) => Promise<void>;
}

/** A scene and a stand-in for Windows PowerShell; it starts slowly, so the tests share one. */
async function through(options: SceneOptions = {}): Promise<There> {
  await using opening = new AsyncDisposableStack();
  const scene = opening.use(await Scene.open({ ...options, host: { jobMilliseconds: 1, ...options.host } }));
  const answers = join(scene.folder, "answers");
  const gives = async (...others: readonly OtherAnswer[]): Promise<void> =>
    await writeFile(answers, others.join(","));
  await gives();
  const session = opening.use(await sessionThroughProcess(scene.folder, "running", { answers }));
  const host = await hostOf(scene, session);
  const stack = opening.move();
  return { scene, session, host, gives, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}

async function hostOf(scene: Scene, session: CimSession): Promise<HypervHost> {
  return await openHypervHost({
    session,
    files: scene.host.files(),
    clock: systemClock,
    entropy: systemEntropy,
    journal: new MemoryJournal(),
    hostKey: "powershell",
  });
}

const ONCE = { patience: { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 } } as const;

async function isUntouched({ scene }: There): Promise<void> {
  const { machines } = await scene.host.state();
  assert.deepEqual(machines[0]?.recoveryCheckpoints ?? [], []);
  assert.deepEqual(await scene.host.audit(), []);
}

const notesOf = (said: readonly RunEvent[]): readonly string[] =>
  said.flatMap((event) => (event.type === "step-note" ? [event.message] : []));

/** Holds the machine and lets it go; the level that was reached. */
async function held(there: There, options = sceneHold()): Promise<string> {
  const hold = await there.host.hold(SCENE_MACHINE_ID, options);
  assert.deepEqual((await hold.release()).leftBehind, []);
  await isUntouched(there);
  return hold.reached;
}

describe("a host through a Windows PowerShell that does otherwise", () => {
  let there: There;
  before(async () => {
    there = await through();
  });
  after(async () => {
    await there[Symbol.asyncDispose]();
  });

  test("powershell-text-scalars: where no type is made of a text, the checkpoint fails with the cast's sentence, and nothing is left", async () => {
    await there.gives("no-casts");
    await assert.rejects(there.host.hold(SCENE_MACHINE_ID, sceneHold(ONCE)), {
      code: "checkpoint-failed",
      message: /Unable to cast object of type 'System\.String'/,
    });
    await isUntouched(there);
  });

  test("powershell-text-scalars, powershell-gettext-null, powershell-fetched-settings: as assumed, a hold is made and named", async () => {
    await there.gives();
    const options = sceneHold();
    assert.equal(await held(there, options), "application");
    assert.deepEqual(notesOf(options.said), []);
  });

  test("powershell-gettext-null: a hold is the same where NULL clears a setting, for all that matters is given", async () => {
    await there.gives("nulls");
    assert.equal(await held(there), "application");
  });

  test("powershell-fetched-settings: where they are not taken back, the checkpoint keeps its name, and a note says so", async () => {
    await there.gives("read-only");
    const options = sceneHold();
    assert.equal(await held(there, options), "application");
    assert.deepEqual(notesOf(options.said), [
      "The checkpoint keeps the host's name for it: Read-only (2147749923)",
    ]);
  });

  test("powershell-qualifiers: the inventory is the same where instances inside properties stay text", async () => {
    await there.gives("no-qualifiers");
    const [exchange] = await Array.fromAsync(
      there.session.query("root\\virtualization\\v2", "SELECT * FROM Msvm_KvpExchangeComponent"),
    );
    assert.ok(exchange !== undefined);
    assert.match(textsOf(exchange, "GuestIntrinsicExchangeItems")[0] ?? "", /^<INSTANCE /);
    const found = [await there.host.inventory(), await there.host.machines()];
    await there.gives();
    assert.deepEqual(found, [await there.host.inventory(), await there.host.machines()]);
  });

  test("powershell-psbase: a class whose property hides a member is refused when it is listed; a hold lists none", async () => {
    await there.gives("hidden-members");
    assert.equal(await held(there), "application");
    const hidden = there.session.query("root\\cimv2", "SELECT * FROM Win32_Share");
    await assert.rejects(Array.fromAsync(hidden), { code: "host-fault" });
  });

  test("powershell-machine-name: where the computer's name is taken for another computer, nothing is made, and the host's sentence says why", async () => {
    await there.gives("needs-dot");
    await assert.rejects(there.host.hold(SCENE_MACHINE_ID, sceneHold(ONCE)), {
      code: "checkpoint-failed",
      message: /The RPC server is unavailable/,
    });
    await isUntouched(there);
  });

  test("powershell-extended-status: without it the inventory still knows which class is missing", async () => {
    const os = { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 };
    const machine = { configurationVersion: "5.0" };
    await using older = await through({ host: { os }, machine });
    await older.gives("no-extended-status");
    const missing = older.session.query("root\\virtualization\\v2", "SELECT * FROM Msvm_Nothing");
    await assert.rejects(Array.fromAsync(missing), { code: "host-fault", message: /Generic failure/ });
    assert.equal((await older.host.machines()).length, 1);
  });

  test("powershell-unelevated: lists with nothing in them leave no machine to be found; another code is the host's refusal", async () => {
    await there.gives("empty-lists");
    assert.deepEqual(await there.host.machines(), []);
    await assert.rejects(there.host.hold(SCENE_MACHINE_ID, sceneHold(ONCE)), { code: "machine-not-found" });
    await there.gives("privilege-not-held");
    await assert.rejects(there.host.machines(), { code: "host-fault", message: /privilege is not held/ });
  });
});
