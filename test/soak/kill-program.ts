import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { smallDisk } from "../testing/backup-scene.ts";
import { PROGRAM, type Said, Workplace } from "../testing/stillpoint.ts";
import type { Counts } from "./soak-kind.ts";

const KILLS = 6;
const NOTES_BYTES = 400_000;
/** How many restore points a prune leaves. */
const KEPT = 2;

/**
 * The real program on a vault in a folder, killed with SIGKILL after a drawn time; then the next start, `verify --read-data`, and
 * a restore whose files have the digests that were backed up.
 */
export async function killProgram(seed: number): Promise<Counts> {
  const random = new SeededEntropy(seed);
  using place = new Workplace();
  mkdirSync(place.path("exports/web01"), { recursive: true });
  writeFileSync(place.path("exports/web01/web01.vhdx"), await smallDisk(seed));
  await expectSuccess(place, ["vault", "init", ...place.vault()]);
  const digests = new Map<string, string>();
  const backUp = ["backup", "--host", `folder:${place.path("exports")}`, "--all", ...place.vault()];
  const prune = [
    "prune",
    ...place.vault(),
    "--keep-last",
    String(KEPT),
    "--execute",
    "--allow-many",
    "--trash-days",
    "0",
  ];
  const began = performance.now();
  noteDigest(place, random);
  await expectSuccess(place, backUp);
  const usualMs = performance.now() - began;
  await learn(place, digests);
  let kills = 0;
  for (let i = 0; i < KILLS; i++) {
    const isBackup = random.below(3) < 2;
    const content = noteDigest(place, random);
    if (await isKilled(place, isBackup ? backUp : prune, (random.below(1000) / 1000) * usualMs)) kills++;
    await recover(place, digests, { content, isBackup });
  }
  await expectSuccess(place, backUp);
  await learn(place, digests);
  await expectSuccess(place, prune);
  await recover(place, digests, { content: "", isBackup: false });
  return { kills };
}

/** New content of the machine's second file; gives its digest. */
function noteDigest(place: Workplace, random: SeededEntropy): string {
  const bytes = random.bytes(NOTES_BYTES);
  writeFileSync(place.path("exports/web01/notes.bin"), bytes);
  return hash("sha256", bytes);
}

async function isKilled(place: Workplace, args: readonly string[], afterMs: number): Promise<boolean> {
  const env = { ...process.env, STILLPOINT_STATE_DIR: place.path("state"), LC_ALL: "C" };
  const child = spawn(PROGRAM, [...args, "--json"], { env, stdio: "ignore" });
  const closed = once(child, "close");
  await Promise.race([wait(afterMs), closed]);
  child.kill("SIGKILL");
  await closed;
  return child.signalCode === "SIGKILL";
}

/** Every restore point that is there is whole; those that were seen before have the content that they had. */
async function recover(
  place: Workplace,
  digests: Map<string, string>,
  state: { readonly content: string; readonly isBackup: boolean },
): Promise<void> {
  await expectSuccess(place, ["verify", "--read-data", ...place.vault()]);
  const list = await expectSuccess(place, ["points", ...place.vault()]);
  const ids = pointIds(list);
  const fresh = ids.filter((id) => !digests.has(id));
  assert.ok(fresh.length <= (state.isBackup ? 1 : 0), `${fresh.length} restore points came from nowhere`);
  const before = [...digests.keys()];
  for (const id of state.isBackup ? before : before.slice(-KEPT))
    assert.ok(ids.includes(id), `${id} is lost`);
  for (const id of before) if (!ids.includes(id)) digests.delete(id);
  for (const id of fresh) digests.set(id, state.content);
  for (const id of ids.slice(-KEPT)) {
    const out = place.path(`out-${id}`);
    await expectSuccess(place, ["restore", id, ...place.vault(), "--to-folder", out, "--exact"]);
    const digest = hash("sha256", readFileSync(`${out}/web01/notes.bin`));
    assert.equal(digest, digests.get(id), `${id} came back wrong`);
    rmSync(out, { recursive: true });
  }
}

async function learn(place: Workplace, digests: Map<string, string>): Promise<void> {
  const content = hash("sha256", readFileSync(place.path("exports/web01/notes.bin")));
  for (const id of pointIds(await expectSuccess(place, ["points", ...place.vault()]))) {
    if (!digests.has(id)) digests.set(id, content);
  }
}

function pointIds(said: Said): readonly string[] {
  return said.lines.filter(({ type }) => type === "point").map((line) => String(line["id"]));
}

async function expectSuccess(place: Workplace, args: readonly string[]): Promise<Said> {
  const said = await place.run(args);
  assert.equal(said.code, 0, said.text);
  return said;
}
