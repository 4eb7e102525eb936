import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Scene } from "../../simulator/testing/index.ts";
import { KilledError, MemoryJournal } from "../testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "../testing/scene-host.ts";
import { run, tellingCalls } from "../testing/struck-run.ts";
import type { Leftover } from "./leftover.ts";

async function examine(scene: Scene, journal: MemoryJournal): Promise<readonly Leftover[]> {
  return await (await hostOf(scene, journal)).leftovers(journal);
}

function inShort(leftovers: readonly Leftover[]): readonly string[] {
  return leftovers.map(({ kind, owner, removable }) => `${kind} ${owner}${removable ? " removable" : ""}`);
}

/** What of a scene's `host.json` a test changes. */
interface SceneHost {
  readonly machines: {
    checkpoints: { readonly id: string; readonly disks: readonly { readonly path: string }[] }[];
    currentCheckpoint?: string | undefined;
  }[];
}

const STANDING = { consistency: 1, memory: false, disks: [] };

test("`leftovers()` finds nothing on a host where nothing was left", async () => {
  await using scene = await Scene.open();
  assert.deepEqual(await examine(scene, new MemoryJournal()), []);
});

test("`leftovers()` lists what a killed run left as ours, and nothing after the clean-up", async () => {
  await using scene = await Scene.open();
  const calls = await tellingCalls(scene);
  const journal = new MemoryJournal();
  const { error } = await run(scene, journal, { at: calls.at(-6) ?? 0, when: "before", error: "kill" });
  assert.ok(error instanceof KilledError);
  assert.deepEqual(inShort(await examine(scene, journal)), ["recovery-checkpoint alive"]);
  journal.die();
  const found = await examine(scene, journal);
  assert.deepEqual(inShort(found), ["recovery-checkpoint ours removable"]);
  assert.match(found[0]?.action ?? "", /what run run-1 left/);
  assert.deepEqual(journal.acts.at(-1)?.startsWith("strike"), false);
  await (await hostOf(scene, journal)).cleanUp();
  assert.deepEqual(await examine(scene, journal), []);
});

test("`leftovers()` takes a checkpoint whose id a run does not know yet for that run's", async () => {
  await using scene = await Scene.open();
  const session = scene.host.session();
  const invoke = session.invoke.bind(session);
  session.invoke = async (reference, method, input) => {
    await invoke(reference, method, input);
    await scene.host.finishJobs();
    throw new KilledError("The process is gone");
  };
  const journal = new MemoryJournal();
  await assert.rejects((await hostOf(scene, journal, session)).hold(MACHINE, holdOptions()), KilledError);
  assert.equal((await scene.host.state()).machines[0]?.recoveryCheckpoints?.length, 1);
  assert.deepEqual(inShort(await examine(scene, journal)), ["recovery-checkpoint alive"]);
});

test("`leftovers()` shows a checkpoint of a run whose entry is about another machine, or another checkpoint", async () => {
  const id = "AAAAAAAA-0000-4000-8000-000000000002";
  const created = "2025-12-31T00:00:00Z";
  await using scene = await Scene.open({
    machine: { recoveryCheckpoints: [{ id, name: "Stillpoint run-1", created, ...STANDING }] },
  });
  const host = "sim:test";
  const kind = "recovery-checkpoint";
  for (const [machine, facts] of [
    ["AAAAAAAA-0000-4000-8000-00000000000B", {}],
    [MACHINE, { checkpoint: "AAAAAAAA-0000-4000-8000-000000000009" }],
    [MACHINE, { before: [id] }],
  ] as const) {
    const journal = new MemoryJournal();
    await journal.record({
      host,
      machine,
      kind,
      facts: { run: "run-1", ...facts, before: [...("before" in facts ? facts.before : [])] },
    });
    const found = inShort(await examine(scene, journal));
    assert.deepEqual(found, ["recovery-checkpoint alive", "recovery-checkpoint other-installation"]);
  }
});

test("`leftovers()` tells other products, other installations and people from us, and leaves them", async () => {
  await using scene = await Scene.open({
    machine: {
      replication: { mode: "primary", state: "suspended" },
      mergesEnabled: false,
      recoveryCheckpoints: [
        {
          id: "AAAAAAAA-0000-4000-8000-000000000001",
          name: "Other Product",
          created: "2025-12-31T23:00:00Z",
          ...STANDING,
        },
        {
          id: "AAAAAAAA-0000-4000-8000-000000000002",
          name: "Stillpoint elsewhere",
          created: "2025-12-31T00:00:00Z",
          ...STANDING,
        },
      ],
    },
    host: {
      shadowCopies: [
        {
          id: "BBBBBBBB-0000-4000-8000-000000000001",
          set: "BBBBBBBB-0000-4000-8000-000000000002",
          root: "D:\\",
          device: "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1",
          created: "2025-12-31T22:00:00Z",
        },
      ],
    },
  });
  const found = await examine(scene, new MemoryJournal());
  assert.deepEqual(inShort(found), [
    "recovery-checkpoint other",
    "recovery-checkpoint other-installation",
    "suspended-merge unknown",
    "suspended-replication other",
    "shadow-copy other",
  ]);
  assert.deepEqual(found[0]?.machine, { id: MACHINE, name: "web01" });
  assert.deepEqual(
    found.map(({ ageSeconds }) => ageSeconds),
    [3600, 86_400, null, null, 7200],
  );
  const { removed } = await (await hostOf(scene, new MemoryJournal())).cleanUp();
  assert.deepEqual(removed, []);
});

test("`leftovers()` finds differencing disks that no checkpoint explains, in a chain and beside it", async () => {
  await using scene = await Scene.open();
  await scene.host.createCheckpoint("web01", "one");
  await scene.host.createCheckpoint("web01", "two");
  assert.deepEqual(await examine(scene, new MemoryJournal()), []);
  await writeFile(join(scene.folder, "drives/D/M/stray.avhdx"), "");
  let lost = "";
  await scene.edit((host) => {
    const [machine] = (host as unknown as SceneHost).machines;
    const second = machine?.checkpoints.at(-1);
    if (machine === undefined || second === undefined) return;
    lost = second.disks[0]?.path ?? "";
    machine.checkpoints = machine.checkpoints.filter((one) => one !== second);
    machine.currentCheckpoint = machine.checkpoints[0]?.id;
  });
  const found = await examine(scene, new MemoryJournal());
  assert.deepEqual(inShort(found), ["long-chain unknown", "differencing-disk unknown"]);
  assert.deepEqual(
    found.map(({ subject }) => subject.toLowerCase()),
    [lost.toLowerCase(), "d:\\m\\stray.avhdx"],
  );
});

test("`leftovers()` tells of temporary files with our name that the journal does not know", async () => {
  await using scene = await Scene.open();
  {
    await using file = await scene.host.files().create("C:\\Windows\\Temp\\Stillpoint-run-9-00ff.dsh");
    await file.flush();
  }
  const [found] = await examine(scene, new MemoryJournal());
  assert.equal(found?.kind, "temporary-file");
  assert.equal(found?.subject, "C:\\Windows\\Temp\\Stillpoint-run-9-00ff.dsh");
});

test("`leftovers()` lists shadow copies and files that the journal knows only as the journal's", async () => {
  const id = "BBBBBBBB-0000-4000-8000-000000000001";
  const set = "BBBBBBBB-0000-4000-8000-000000000002";
  const root = "D:\\";
  const device = "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1";
  const created = "2027-01-01T00:00:00Z"; // ahead of the program's clock
  await using scene = await Scene.open({ host: { shadowCopies: [{ id, set, root, device, created }] } });
  const script = "C:\\Windows\\Temp\\Stillpoint-run-9-00ff.dsh";
  {
    await using file = await scene.host.files().create(script);
    await file.flush();
  }
  const host = "sim:test";
  for (const [facts, others] of [
    [{ shadows: [id.toLowerCase()], script }, []],
    [{ set: set.toLowerCase(), script }, []],
    [{ script }, ["shadow-copy other"]],
    [{ set }, ["temporary-file other-installation"]],
  ] as const) {
    const journal = new MemoryJournal();
    await journal.record({
      host,
      machine: MACHINE,
      kind: "shadow-copy",
      facts: JSON.parse(JSON.stringify(facts)),
    });
    const found = await examine(scene, journal);
    assert.deepEqual(inShort(found), ["shadow-copy alive", ...others]);
    assert.ok(found.every(({ ageSeconds }) => ageSeconds === null || ageSeconds >= 0));
    const copy = found.find(({ owner }) => owner === "other");
    if (copy !== undefined) assert.equal(copy.ageSeconds, 0, "what lies ahead is new");
  }
});
