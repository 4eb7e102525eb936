import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { type Said, Workplace } from "../testing/stillpoint.ts";

const WEB = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01", name: "web01" };
const DB = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02", name: "db01" };

interface Point {
  readonly machine: { readonly name: string };
  readonly attempts: number;
  readonly method: string;
  readonly files: readonly { readonly path: string }[];
  readonly uncovered: readonly { readonly disk: string; readonly why: string }[];
}

/** A workplace with a vault and a simulated host of these machines; each disk of `disks` is made. */
async function workplace(
  machines: Parameters<typeof hostJson>[0],
  disks: readonly string[],
): Promise<Workplace> {
  const place = new Workplace();
  for (const [at, path] of disks.entries()) {
    const native = place.path("hv", "drives", ...path.replace(":", "").split("\\"));
    mkdirSync(dirname(native), { recursive: true });
    writeFileSync(native, await smallDisk(at + 1));
  }
  writeFileSync(place.path("hv", "host.json"), hostJson(machines));
  await place.newVault();
  return place;
}

const points = (said: Said): readonly Point[] => said.summary["points"] as readonly Point[];

async function backup(place: Workplace, more: readonly string[]): Promise<Said> {
  return await place.run(["backup", "--host", `sim:${place.path("hv")}`, ...place.vault(), ...more]);
}

test("a replica that is busy twice is backed up at the third attempt, and the run says what blocked it", async () => {
  const replication = { mode: "replica", state: "replicating", busyFor: 2 };
  const disks = [scsiDisk(0, "D:\\M\\web.vhdx")];
  using place = await workplace([{ ...WEB, state: "off", disks, replication }], ["D:\\M\\web.vhdx"]);
  const said = await backup(place, ["--all", "--retry-delay", "1"]);
  assert.equal(said.code, 0, said.text);
  assert.deepEqual(
    points(said).map(({ attempts }) => attempts),
    [3],
  );
  const notes = said.lines.filter(({ type }) => type === "step-note").map(({ message }) => String(message));
  const waits = notes.filter((note) => note.startsWith("Attempt "));
  assert.equal(waits.length, 2, notes.join("\n"));
  assert.match(waits[0] ?? "", /Attempt 1 of 5: replication \(replicating, health ok\).*in 1 s/);
  assert.match(waits[1] ?? "", /Attempt 2 of 5: replication \(replicating, health ok\).*in 2 s/);
});

test("a replica that stays busy fails with Hyper-V's sentence, the state and the advice; others succeed", async () => {
  const replication = { mode: "replica", state: "applying-log", lastReplication: "2026-05-01T10:15:00Z" };
  using place = await workplace(
    [
      { ...WEB, state: "off", disks: [scsiDisk(0, "D:\\M\\web.vhdx")], replication },
      { ...DB, disks: [scsiDisk(0, "D:\\M\\db.vhdx")] },
    ],
    ["D:\\M\\web.vhdx", "D:\\M\\db.vhdx"],
  );
  const said = await backup(place, ["--all", "--retries", "2", "--retry-delay", "1"]);
  assert.equal(said.code, 3, said.text);
  assert.deepEqual(
    points(said).map(({ machine }) => machine.name),
    ["db01"],
  );
  const [error] = said.errors;
  assert.equal(error?.["code"], "machine-busy");
  const message = String(error?.["message"]);
  assert.match(message, /cannot start a backup operation because it is currently executing a conflicting/);
  assert.match(message, /replication \(replicating, health ok\): a change log is being applied/);
  assert.match(message, /its last replication was at 2026-05-01T10:15:00Z/);
  assert.match(message, /schedule the backup for a time.*before command pause its replication/);
});

test("`backup --exclude-disk` leaves the disk and what only it needs out of the restore point, and says so", async () => {
  const files = ["D:\\M\\system.vhdx", "E:\\Data\\data.vhdx"];
  const disks = files.map((path, at) => scsiDisk(at, path));
  using place = await workplace([{ ...WEB, disks }], files);
  const said = await backup(place, [
    "--all",
    "--exclude-disk",
    "web01:data.vhdx",
    "--exclude-disk",
    "nope.vhdx",
  ]);
  assert.equal(said.code, 0, said.text);
  const [point] = points(said);
  assert.ok(point?.files.some(({ path }) => path === "D:\\M\\system.vhdx"));
  assert.ok(!point?.files.some(({ path }) => path.startsWith("E:\\")), "the excluded disk was read");
  assert.deepEqual(point?.uncovered, [
    { disk: "E:\\Data\\data.vhdx", why: "It was left out on request (web01:data.vhdx)" },
  ]);
  assert.deepEqual(
    (said.summary["warnings"] as readonly { code: string }[]).map(({ code }) => code),
    ["exclusion-without-disk"],
  );
  const restored = await place.run([
    "restore",
    "latest:web01",
    ...place.vault(),
    "--to-folder",
    place.path("restored"),
  ]);
  assert.equal(restored.code, 0, restored.text);
});

test("`forecast` and `backup` take `--method`; one that the host has not is refused before anything is made", async () => {
  using place = await workplace([{ ...WEB, disks: [scsiDisk(0, "D:\\M\\web.vhdx")] }], ["D:\\M\\web.vhdx"]);
  const host = ["--host", `sim:${place.path("hv")}`];
  const forecast = async (method: string): Promise<Record<string, unknown>> => {
    const said = await place.run(["forecast", ...host, "--method", method]);
    const line = said.lines.find(({ type }) => type === "machine");
    return line?.["forecast"] as Record<string, unknown>;
  };
  assert.equal((await forecast("auto"))["method"], "recovery-checkpoint");
  assert.equal((await forecast("shadow-copy"))["method"], "shadow-copy");
  const old = { os: { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 } };
  const machine = { ...WEB, configurationVersion: "5.0", disks: [scsiDisk(0, "D:\\M\\web.vhdx")] };
  writeFileSync(place.path("hv", "host.json"), hostJson([machine], old));
  assert.equal((await forecast("recovery-checkpoint"))["possible"], false);
  const said = await backup(place, ["--all", "--method", "recovery-checkpoint"]);
  assert.equal(said.code, 1);
  assert.equal(said.errors[0]?.["code"], "method-not-possible");
});

test("`backup` refuses wishes that make no sense", async () => {
  using place = new Workplace();
  const vault = place.vault();
  const all = ["--all", ...vault];
  const wrong = [
    ["backup", "--host", "sim:x", ...all, "--exclude-disk", "Swap\\page.vhdx"],
    ["backup", "--host", "sim:x", ...all, "--retry-delay", "0"],
    ["backup", "--host", "sim:x", ...all, "--method", "magic"],
    ["backup", "--host", `folder:${place.folder}`, ...all, "--method", "shadow-copy"],
  ];
  for (const args of wrong) assert.equal((await place.run(args)).code, 2, args.join(" "));
});

test("`backup --memory include` keeps a running machine's memory in a checkpoint that the restore point marks", async () => {
  using place = await workplace(
    [{ ...WEB, checkpointType: "production-only", disks: [scsiDisk(0, "D:\\M\\web.vhdx")] }],
    ["D:\\M\\web.vhdx"],
  );
  const said = await backup(place, ["--all", "--memory", "include"]);
  assert.equal(said.code, 0, said.text);
  const [point] = said.summary["points"] as readonly {
    consistency: string;
    memory: { kept: boolean };
    leftBehind: readonly string[];
  }[];
  assert.deepEqual([point?.consistency, point?.memory.kept, point?.leftBehind], ["application", true, []]);
  const shown = await place.run(["show", "latest:web01", ...place.vault()]);
  const { tree } = (shown.summary["point"] ?? shown.lines[0]) as {
    tree: { checkpoints: readonly { madeForMemory?: boolean; memory: boolean }[] };
  };
  assert.deepEqual(
    tree.checkpoints.map(({ madeForMemory, memory }) => [madeForMemory, memory]),
    [[true, true]],
  );
  const state = JSON.parse(readFileSync(place.path("hv", "host.json"), "utf8")) as {
    machines: readonly { checkpoints: unknown[]; checkpointType: string }[];
  };
  assert.deepEqual(
    state.machines.map(({ checkpoints, checkpointType }) => [checkpoints, checkpointType]),
    [[[], "production-only"]],
  );
  const restored = await place.run([
    "restore",
    "latest:web01",
    ...place.vault(),
    "--to-folder",
    place.path("restored"),
  ]);
  assert.equal(restored.code, 0, restored.text);
});
