/*
 * Whole holds and inventories of a simulated host through a stand-in for Windows PowerShell that gives the other answers of
 * docs/unconfirmed.md (`powershell-…`).
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type RunEvent, systemClock, systemEntropy } from "../../base/index.ts";
import { type HypervHost, openHypervHost } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import { SCENE_MACHINE_ID, Scene, type SceneOptions, sceneHold } from "../../simulator/testing/index.ts";
import { type CimSession, textsOf } from "../index.ts";
import { sessionThroughProcess } from "./testing/index.ts";

type Others = NonNullable<NonNullable<Parameters<typeof sessionThroughProcess>[2]>["others"]>;

interface There extends AsyncDisposable {
  readonly scene: Scene;
  readonly session: CimSession;
  readonly host: HypervHost;
}

/** Most of each stand-in's time would be the loading of its modules. */
const COMPILED = mkdtempSync(join(tmpdir(), "stillpoint-compiled-"));
const environment = { NODE_COMPILE_CACHE: COMPILED };

async function through(others: Others, options: SceneOptions = {}): Promise<There> {
  await using opening = new AsyncDisposableStack();
  const scene = opening.use(await Scene.open({ ...options, host: { jobMilliseconds: 1, ...options.host } }));
  const session = opening.use(await sessionThroughProcess(scene.folder, "running", { others, environment }));
  const host = await hostOf(scene, session);
  const stack = opening.move();
  return { scene, session, host, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
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
  after(() => {
    rmSync(COMPILED, { recursive: true });
  });

  test("powershell-text-scalars: where no type is made of a text, the checkpoint fails with the cast's sentence, and nothing is left", async () => {
    await using there = await through(["no-casts"]);
    await assert.rejects(there.host.hold(SCENE_MACHINE_ID, sceneHold(ONCE)), {
      code: "checkpoint-failed",
      message: /Unable to cast object of type 'System\.String'/,
    });
    await isUntouched(there);
  });

  test("powershell-text-scalars, powershell-gettext-null, powershell-fetched-settings: as assumed, a hold is made and named", async () => {
    await using there = await through([]);
    const options = sceneHold();
    assert.equal(await held(there, options), "application");
    assert.deepEqual(notesOf(options.said), []);
  });

  test("powershell-gettext-null: a hold is the same where NULL clears a setting, for all that matters is given", async () => {
    await using there = await through(["nulls"]);
    assert.equal(await held(there), "application");
  });

  test("powershell-fetched-settings: where they are not taken back, the checkpoint keeps its name, and a note says so", async () => {
    await using there = await through(["read-only"]);
    const options = sceneHold();
    assert.equal(await held(there, options), "application");
    assert.deepEqual(notesOf(options.said), [
      "The checkpoint keeps the host's name for it: Read-only (2147749923)",
    ]);
  });

  test("powershell-qualifiers: the inventory is the same where instances inside properties stay text", async () => {
    await using there = await through(["no-qualifiers"]);
    await using sound = await sessionThroughProcess(there.scene.folder, "running", { environment });
    const [exchange] = await Array.fromAsync(
      there.session.query("root\\virtualization\\v2", "SELECT * FROM Msvm_KvpExchangeComponent"),
    );
    assert.ok(exchange !== undefined);
    assert.match(textsOf(exchange, "GuestIntrinsicExchangeItems")[0] ?? "", /^<INSTANCE /);
    const usual = await hostOf(there.scene, sound);
    assert.deepEqual(await there.host.inventory(), await usual.inventory());
    assert.deepEqual(await there.host.machines(), await usual.machines());
  });

  test("powershell-psbase: a class whose property hides a member is refused when it is listed; a hold lists none", async () => {
    await using there = await through(["hidden-members"]);
    assert.equal(await held(there), "application");
    const hidden = there.session.query("root\\cimv2", "SELECT * FROM Win32_Share");
    await assert.rejects(Array.fromAsync(hidden), { code: "host-fault" });
  });

  test("powershell-machine-name: where the computer's name is taken for another computer, nothing is made, and the host's sentence says why", async () => {
    await using there = await through(["needs-dot"]);
    await assert.rejects(there.host.hold(SCENE_MACHINE_ID, sceneHold(ONCE)), {
      code: "checkpoint-failed",
      message: /The RPC server is unavailable/,
    });
    await isUntouched(there);
  });

  test("powershell-extended-status: without it the inventory still knows which class is missing", async () => {
    const os = { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 };
    const machine = { configurationVersion: "5.0" };
    await using there = await through(["no-extended-status"], { host: { os }, machine });
    const missing = there.session.query("root\\virtualization\\v2", "SELECT * FROM Msvm_Nothing");
    await assert.rejects(Array.fromAsync(missing), { code: "host-fault", message: /Generic failure/ });
    assert.equal((await there.host.machines()).length, 1);
  });

  test("powershell-unelevated: lists with nothing in them leave no machine to be found; another code is the host's refusal", async () => {
    await using empty = await through(["empty-lists"]);
    assert.deepEqual(await empty.host.machines(), []);
    await assert.rejects(empty.host.hold(SCENE_MACHINE_ID, sceneHold(ONCE)), { code: "machine-not-found" });
    await using refused = await through(["privilege-not-held"]);
    await assert.rejects(refused.host.machines(), { code: "host-fault", message: /privilege is not held/ });
  });
});
