import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import type { TestContext } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { BackupScene } from "./backup-scene.ts";

/** STILLPOINT_KILL_POINTS=all dies at every moment, which takes long; a number says how many are drawn, and `86,87` which ones. */
const WANTED = process.env["STILLPOINT_KILL_POINTS"];
const SEED = Number(process.env["STILLPOINT_SEED"] ?? "20260502");
const RUNNER = join(import.meta.dirname, "killed-backup.ts");
/** Where processes can be killed so. */
export const posix = { skip: sep === "\\" ? "needs POSIX signals" : false };

export interface KillScenario {
  /** Makes a scene in a folder: host, vault, one backup. */
  readonly prepare: (folder: string) => Promise<void>;
  /** Moments that a run must have; it always dies at the first of each. */
  readonly moments: readonly string[];
  /** Of a usual run, beside the first of each of `moments`. */
  readonly usualCount: number;
}

/** Kills a backup with SIGKILL at drawn moments: nothing stays behind after the next start, and no restore point is lost. */
export async function dieAtMoments(context: TestContext, scenario: KillScenario): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "stillpoint-kill-"));
  context.after(() => {
    rmSync(root, { recursive: true });
  });
  const pristine = join(root, "pristine");
  await scenario.prepare(pristine);
  const trial = join(root, "trial");
  cpSync(pristine, trial, { recursive: true });
  const { names } = run(trial);
  rmSync(trial, { recursive: true });
  for (const moment of scenario.moments) assert.ok(names.includes(moment), names.join("\n"));
  for (const moment of drawn(names, scenario)) {
    const name = names[moment - 1] ?? "";
    await context.test(`killed at moment ${moment} of ${names.length} (seed ${SEED}): ${name}`, async () => {
      const folder = join(root, `moment-${moment}`);
      cpSync(pristine, folder, { recursive: true });
      assert.equal(run(folder, moment).signal, "SIGKILL");
      await assertRecovers(folder, pristine);
      rmSync(folder, { recursive: true });
    });
  }
}

function run(
  folder: string,
  moment?: number,
): { readonly signal: string | null; readonly names: readonly string[] } {
  const args = [RUNNER, folder, ...(moment === undefined ? [] : [String(moment)])];
  const done = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 60_000 });
  if (moment === undefined) assert.equal(done.status, 0, done.stderr);
  return { signal: done.signal, names: done.stdout.split("\n") };
}

/** All moments, or so many drawn ones: every second one among those at which something is being changed. */
function drawn(names: readonly string[], scenario: KillScenario): readonly number[] {
  const all = names.map((_, at) => at + 1);
  if (WANTED === "all") return all;
  if (WANTED?.includes(",")) return WANTED.split(",").map(Number);
  const entropy = new SeededEntropy(SEED);
  const changing = all.filter((moment) => !/ (query|get|associators) /.test(names[moment - 1] ?? ""));
  const draw = (from: readonly number[], count: number): readonly number[] =>
    Array.from({ length: Math.min(count, from.length) }, (_, part) => {
      const first = Math.floor((part * from.length) / count);
      const next = Math.floor(((part + 1) * from.length) / count);
      return from[first + entropy.below(Math.max(1, next - first))] ?? 1;
    });
  const always = scenario.moments.map((name) => names.indexOf(name) + 1);
  const wanted = Number(WANTED ?? scenario.usualCount);
  const half = Math.ceil(wanted / 2);
  return [...new Set([...always, ...draw(changing, half), ...draw(all, wanted - half)])].sort(
    (a, b) => a - b,
  );
}

async function assertRecovers(folder: string, pristine: string): Promise<void> {
  await using scene = await BackupScene.open({ folder, start: "2026-05-03T12:00:00Z" });
  const { host, simulated } = await scene.simulated();
  const cleaned = await host.cleanUp();
  assert.deepEqual(cleaned.leftBehind, []);
  await simulated.finishJobs(); // the host merges by itself
  assert.deepEqual(await simulated.audit(), []);
  const drives = await scene.hashes("host/drives");
  await using untouched = await BackupScene.open({ folder: pristine });
  assert.deepEqual(drives, await untouched.hashes("host/drives"));
  const points = await Array.fromAsync(scene.vault.points());
  assert.ok(points.length >= 2, `${points.length} restore points are there`);
  for (const { id } of points) {
    for (const [path, sha256] of await scene.restoreExact(id)) {
      // what the writer laid over a disk was in the shadow copy only
      if (path.endsWith("vhdx") && !/_[0-9A-F]{8}-.*\.avhdx$/i.test(path) && drives.has(path))
        assert.equal(sha256, drives.get(path), path);
    }
  }
  const next = await scene.backup(host, { run: "next" });
  assert.deepEqual(next.failed, []);
  await simulated.finishJobs();
  assert.deepEqual(await simulated.audit(), []);
  const report = await scene.vault.verify({ readDataPercent: 100 });
  assert.deepEqual(report.damaged, []);
}
