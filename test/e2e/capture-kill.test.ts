import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { after, before, describe, test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { BackupScene, hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";

/** STILLPOINT_KILL_POINTS=all dies at every moment, which takes long; a number says how many are drawn. */
const WANTED = process.env["STILLPOINT_KILL_POINTS"] ?? "6";
const SEED = Number(process.env["STILLPOINT_SEED"] ?? "20260502");
const RUNNER = join(import.meta.dirname, "../testing/killed-backup.ts");
const posix = { skip: sep === "\\" ? "needs POSIX signals" : false };

/** A host with two machines, backed up once, one with a user checkpoint. */
async function prepare(folder: string): Promise<void> {
  await using scene = await BackupScene.open();
  const machines = ["one", "two"].map((name, at) => ({
    id: `7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B0${at}`,
    name,
    disks: [scsiDisk(0, `D:\\M\\${name}.vhdx`)],
  }));
  for (const [at, { name }] of machines.entries()) {
    await scene.write(`host/drives/D/M/${name}.vhdx`, await smallDisk(at + 1));
  }
  await scene.write("host/host.json", hostJson(machines));
  const { host, simulated } = await scene.simulated();
  await simulated.createCheckpoint("two", "by hand", { memory: true });
  await simulated.guestWrite("two", { disk: 0, offset: 4096, bytes: new Uint8Array(4096).fill(7) });
  const outcome = await scene.backup(host);
  assert.deepEqual(outcome.failed, []);
  cpSync(scene.folder, folder, { recursive: true });
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
function drawn(names: readonly string[]): readonly number[] {
  const all = names.map((_, at) => at + 1);
  if (WANTED === "all") return all;
  const entropy = new SeededEntropy(SEED);
  const changing = all.filter((moment) => !/ (query|get|associators) /.test(names[moment - 1] ?? ""));
  const draw = (from: readonly number[], count: number): readonly number[] =>
    Array.from({ length: Math.min(count, from.length) }, (_, part) => {
      const first = Math.floor((part * from.length) / count);
      const next = Math.floor(((part + 1) * from.length) / count);
      return from[first + entropy.below(Math.max(1, next - first))] ?? 1;
    });
  const wanted = Number(WANTED);
  const half = Math.ceil(wanted / 2);
  return [...new Set([...draw(changing, half), ...draw(all, wanted - half)])].sort((a, b) => a - b);
}

describe("a backup that is killed with SIGKILL", posix, () => {
  const root = mkdtempSync(join(tmpdir(), "stillpoint-kill-"));
  const pristine = join(root, "pristine");
  let names: readonly string[] = [];

  before(async () => {
    await prepare(pristine);
    const trial = join(root, "trial");
    cpSync(pristine, trial, { recursive: true });
    ({ names } = run(trial));
    rmSync(trial, { recursive: true });
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  test("leaves nothing behind after the next start, and no restore point is lost", async (context) => {
    assert.ok(
      names.includes("before CreateSnapshot") && names.includes("after DestroySnapshot"),
      names.join("\n"),
    );
    for (const moment of drawn(names)) {
      const name = names[moment - 1] ?? "";
      await context.test(
        `killed at moment ${moment} of ${names.length} (seed ${SEED}): ${name}`,
        async () => {
          const folder = join(root, `moment-${moment}`);
          cpSync(pristine, folder, { recursive: true });
          assert.equal(run(folder, moment).signal, "SIGKILL");
          await assertRecovers(folder);
          rmSync(folder, { recursive: true });
        },
      );
    }
  });

  async function assertRecovers(folder: string): Promise<void> {
    await using scene = await BackupScene.open({ folder, start: "2026-05-03T12:00:00Z" });
    const { host, simulated } = await scene.simulated();
    const cleaned = await host.cleanUp();
    assert.deepEqual(cleaned.leftBehind, []);
    assert.deepEqual(await simulated.audit(), []);
    const drives = await scene.hashes("host/drives");
    await using untouched = await BackupScene.open({ folder: pristine });
    assert.deepEqual(drives, await untouched.hashes("host/drives"));
    const points = await Array.fromAsync(scene.vault.points());
    assert.ok(points.length >= 2, `${points.length} restore points are there`);
    for (const { id } of points) {
      for (const [path, sha256] of await scene.restoreExact(id)) {
        if (path.endsWith("vhdx")) assert.equal(sha256, drives.get(path), path);
      }
    }
    const next = await scene.backup(host, { run: "next" });
    assert.deepEqual(next.failed, []);
    assert.deepEqual(await simulated.audit(), []);
    const report = await scene.vault.verify({ readDataPercent: 100 });
    assert.deepEqual(report.damaged, []);
  }
});
