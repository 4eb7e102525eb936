import assert from "node:assert/strict";
import { test } from "node:test";
import { MIB } from "../base/index.ts";
import { SeededEntropy } from "../base/testing/index.ts";
import type { CimReference } from "../cim/index.ts";
import type { ByteSource } from "../disk/index.ts";
import { openVhdxChain, parentCandidates } from "../formats/vhdx/index.ts";
import { HostDrives } from "./drives/host-drives.ts";
import { Scene } from "./testing/index.ts";

const SECTOR = 512;
/** The sectors that guests write: the same block, neighbours over a block's edge, and far places. */
const PLACES = [0, 512, 4096, MIB - 512, MIB, 5 * MIB, 8 * MIB + 1024, 16 * MIB - 512];
const STEPS = 60;

/** What each place holds, by the number of the write. */
type Content = readonly number[];

/** What must be true of the host, whatever it did to its files. */
interface Model {
  now: Content;
  readonly checkpoints: Map<string, Content>;
  held: { readonly reference: CimReference; readonly content: Content } | undefined;
  readonly readers: ByteSource[];
  writes: number;
}

function sectorOf(write: number): Uint8Array {
  return new Uint8Array(SECTOR).fill(write);
}

/** The first byte of each place through the chain of a file; noise of the fresh disk counts as 0. */
async function contentOf(scene: Scene, path: string): Promise<Content> {
  const drives = new HostDrives(scene.folder);
  await using chain = await openVhdxChain(await drives.openToRead(path), {
    path,
    async openParent(locator, child) {
      const parent = parentCandidates(locator, child.path)[0]?.path ?? "";
      return { path: parent, source: await drives.openToRead(parent) };
    },
  });
  const found: number[] = [];
  for (const place of PLACES) {
    const bytes = new Uint8Array(SECTOR);
    await chain.disk.read(bytes, place);
    const first = bytes[0] ?? 0;
    found.push(bytes.every((byte) => byte === first) ? first : 0);
  }
  return found;
}

async function check(scene: Scene, model: Model, what: string): Promise<void> {
  const machine = (await scene.host.state()).machines[0];
  assert.deepEqual(
    await contentOf(scene, machine?.disks[0]?.path ?? ""),
    model.now,
    `${what}: the machine's disk`,
  );
  const standing = [...(machine?.checkpoints ?? [])];
  assert.deepEqual(standing.map(({ id }) => id).sort(), [...model.checkpoints.keys()].sort(), what);
  for (const { id, disks } of standing) {
    const content = await contentOf(scene, disks[0]?.path ?? "");
    assert.deepEqual(content, model.checkpoints.get(id), `${what}: checkpoint ${id}`);
  }
  const recovery = machine?.recoveryCheckpoints?.[0];
  if (model.held === undefined) return;
  assert.deepEqual(
    await contentOf(scene, recovery?.disks[0]?.path ?? ""),
    model.held.content,
    `${what}: what is held`,
  );
}

/** One act, chosen by weight; what cannot be done now is left out. */
async function act(scene: Scene, model: Model, dice: SeededEntropy): Promise<string> {
  const ids = [...model.checkpoints.keys()];
  const some = ids[dice.below(Math.max(1, ids.length))];
  const kind = dice.below(20);
  if (kind < 8) return await write(scene, model, dice);
  if (kind < 11 && ids.length < 5) {
    const id = await scene.host.createCheckpoint("web01", `c${model.writes}`);
    model.checkpoints.set(id, model.now);
    return "checkpoint";
  }
  if (kind < 13 && some !== undefined) {
    await scene.host.removeCheckpoint("web01", some);
    model.checkpoints.delete(some);
    return `remove ${some}`;
  }
  if (kind < 14 && some !== undefined) {
    await scene.host.applyCheckpoint("web01", some);
    await scene.host.setState("web01", "running");
    model.now = model.checkpoints.get(some) ?? [];
    return `apply ${some}`;
  }
  if (kind < 16) return await holdOrRelease(scene, model);
  if (kind < 18) return await openOrClose(scene, model, dice);
  await scene.host.setState("web01", "off");
  await scene.host.setState("web01", "running");
  return "restart";
}

async function write(scene: Scene, model: Model, dice: SeededEntropy): Promise<string> {
  const at = dice.below(PLACES.length);
  model.writes = (model.writes % 250) + 1;
  await scene.host.guestWrite("web01", { disk: 0, offset: PLACES[at] ?? 0, bytes: sectorOf(model.writes) });
  model.now = model.now.with(at, model.writes);
  return `write ${model.writes} at ${PLACES[at]}`;
}

async function holdOrRelease(scene: Scene, model: Model): Promise<string> {
  if (model.held === undefined) {
    model.held = { reference: await scene.hold(), content: model.now };
    return "hold";
  }
  await scene.release(model.held.reference);
  model.held = undefined;
  return "release";
}

/** A reader on some frozen file, or the end of one: merges meet open files. */
async function openOrClose(scene: Scene, model: Model, dice: SeededEntropy): Promise<string> {
  const reader = model.readers.pop();
  if (reader !== undefined) {
    await reader[Symbol.asyncDispose]();
    return "close";
  }
  const machine = (await scene.host.state()).machines[0];
  const frozen = [...(machine?.checkpoints ?? []), ...(machine?.recoveryCheckpoints ?? [])];
  const path = frozen[dice.below(Math.max(1, frozen.length))]?.disks[0]?.path;
  if (path === undefined) return "nothing to open";
  model.readers.push(await scene.host.files().open(path));
  return `open ${path}`;
}

for (const seed of [2, 111]) {
  test(`whatever users, guests, readers and backups do, every view keeps its content (seed ${seed})`, async () => {
    await using scene = await Scene.open({ seed });
    const dice = new SeededEntropy(seed * 7919);
    const model: Model = {
      now: PLACES.map(() => 0),
      checkpoints: new Map(),
      held: undefined,
      readers: [],
      writes: 0,
    };
    const story: string[] = [];
    for (let step = 0; step < STEPS; step++) {
      try {
        story.push(await act(scene, model, dice));
        await check(scene, model, `step ${step}, ${story.at(-1)}`);
      } catch (error) {
        throw new Error(`seed ${seed} after ${story.join("; ")}`, { cause: error });
      }
    }
    for (const reader of model.readers) await reader[Symbol.asyncDispose]();
    if (model.held !== undefined) await scene.release(model.held.reference);
    await scene.host.setState("web01", "off");
    assert.deepEqual(await scene.host.audit(), [], `seed ${seed}: ${story.join("; ")}`);
    assert.deepEqual(
      await contentOf(scene, (await scene.host.state()).machines[0]?.disks[0]?.path ?? ""),
      model.now,
    );
  });
}
