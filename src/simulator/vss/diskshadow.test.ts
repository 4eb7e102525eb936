import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readBytes } from "../../disk/index.ts";
import { openVhdx } from "../../formats/vhdx/index.ts";
import { HostDrives } from "../drives/host-drives.ts";
import { openSimulatedHost } from "../simulated-host.ts";
import { creation, openOlderScene, runScript } from "../testing/diskshadow-scene.ts";
import { SCENE_MACHINE, type Scene } from "../testing/scene.ts";

const CABINET = "C:\\Windows\\Temp\\test.cab";
const OTHER = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02";

/** Device paths in the order in which they were printed. */
function devicesIn(output: string): readonly string[] {
  return Array.from(output.matchAll(/\\\\\?\\GLOBALROOT\\Device\\\S+/g), ([device]) => device);
}

async function made(scene: Scene, commands = creation()): Promise<readonly string[]> {
  const { exitCode, output } = await runScript(scene, commands);
  assert.equal(exitCode, 0, output);
  await scene.host.files().remove(CABINET);
  return devicesIn(output);
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test("diskshadow lists every machine as a component, with caption and volumes, in English and in German", async () => {
  const lists = ["list writers metadata", "list shadows all"];
  await using english = await openOlderScene("2012r2");
  const { exitCode, output } = await runScript(english, lists);
  assert.equal(exitCode, 0);
  assert.match(output, /\* WRITER "Microsoft Hyper-V VSS Writer"/);
  assert.match(output, new RegExp(`\\+ Component "Microsoft Hyper-V VSS Writer:\\\\${SCENE_MACHINE}"`));
  assert.match(output, /- Caption: Online\\web01/);
  assert.match(output, /- \\\\\?\\Volume\{[0-9a-f-]{36}\}\\ \[D:\\\]/);
  assert.match(output, /No shadow copies found/);
  const os = { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3, language: "de" };
  await using german = await openOlderScene("2012r2", { host: { os } });
  const said = (await runScript(german, lists)).output;
  assert.match(said, /\* VERFASSER "Microsoft Hyper-V VSS Writer"/);
  assert.match(said, /- Beschriftung: Online\\web01/);
});

test("captions say how a machine would be held, by release and guest", async () => {
  const cases = [
    ["2012r2", {}, "Online\\web01"],
    ["2012r2", { guest: { os: "windows", vss: "disabled" } }, "Offline\\web01"],
    ["2012r2", { state: "off" }, "Offline\\web01"],
    ["2012", {}, "Backup Using Child Partition Snapshot\\web01"],
    ["2012", { guest: { os: "none", vss: "missing" } }, "Backup Using Saved State\\web01"],
    ["2008r2", { state: "paused" }, "Backup Using Saved State\\web01"],
  ] as const;
  for (const [release, machine, caption] of cases) {
    await using scene = await openOlderScene(release, { machine });
    const { output } = await runScript(scene, ["list writers metadata"]);
    assert.ok(output.includes(`- Caption: ${caption}\r\n`), `${release} ${JSON.stringify(machine)}`);
  }
});

test("a shadow copy shows the volume at the instant of `create`, is read only, survives the process, and goes with its set", async () => {
  await using scene = await openOlderScene("2008r2");
  const before = digest(readFileSync(scene.native("D:\\M\\m.vhdx")));
  const [data = ""] = await made(scene);
  await scene.host.guestWrite("web01", { disk: 0, offset: 0, bytes: new Uint8Array(4096).fill(9) });
  const path = `${data}\\M\\m.vhdx`;
  const files = scene.host.files();
  {
    await using source = await files.open(path);
    assert.equal(digest(await readBytes(source, 0, source.sizeBytes)), before);
  }
  assert.notEqual(digest(readFileSync(scene.native("D:\\M\\m.vhdx"))), before);
  await assert.rejects(files.remove(path), { reason: "denied" });
  await assert.rejects(files.create(`${data}\\new`), { reason: "denied" });
  await using again = await openSimulatedHost(scene.folder, { clock: scene.clock, entropy: scene.entropy });
  assert.deepEqual(
    (await again.files().list(`${data}\\M`)).map(({ name }) => name),
    ["m.vhdx"],
  );
  const { shadowCopies = [] } = await again.state();
  assert.equal(shadowCopies.length, 2);
  const reader = await again.files().open(path);
  const deleted = await runScript(scene, [
    `delete shadows set {${shadowCopies[0]?.set}}`,
    "list shadows all",
  ]);
  assert.equal(deleted.exitCode, 0, deleted.output);
  await assert.rejects(reader.read(new Uint8Array(512), 0), { reason: "missing" });
  await reader[Symbol.asyncDispose]();
  assert.equal(await files.stat(path), undefined);
  assert.deepEqual(await scene.host.audit(), []);
});

test("on 2012 R2 the shadow copy holds leaf, checkpoint and recovered disk, and nothing of it is left on the volume", async () => {
  await using scene = await openOlderScene("2012r2", {
    machine: {
      guest: { os: "windows", vss: "ok", recovery: [{ disk: 0, offset: 0, length: 512, seed: 5 }] },
    },
  });
  const before = readFileSync(scene.native("D:\\M\\m.vhdx"));
  const [data = ""] = await made(scene);
  const names = (await scene.host.files().list(`${data}\\M`)).map(({ name }) => name);
  const id = "[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}";
  assert.match(names.join(" "), new RegExp(`^m.vhdx m_${id}-AutoRecovery.avhdx m_${id}.avhdx$`));
  const recovered = names.find((name) => name.includes("AutoRecovery")) ?? "";
  const leaf = names.find((name) => name.endsWith(".avhdx") && name !== recovered) ?? "";
  await using file = await openVhdx(await scene.host.files().open(`${data}\\M\\${recovered}`));
  const { parentLocator } = file;
  assert.equal(parentLocator?.relativePath, `.\\${leaf}`);
  assert.equal(parentLocator?.absolutePath, `D:\\M\\${leaf}`);
  scene.clock.advance(1_000);
  await scene.host.state();
  assert.deepEqual(readFileSync(scene.native("D:\\M\\m.vhdx")), before);
  assert.deepEqual(
    (await scene.host.files().list("D:\\M")).map(({ name }) => name),
    ["m.vhdx"],
  );
});

test("a guest that takes no part gets a checkpoint without a recovered disk on 2012 R2", async () => {
  await using scene = await openOlderScene("2012r2", { machine: { guest: { os: "none", vss: "missing" } } });
  const [data = ""] = await made(scene);
  const names = (await scene.host.files().list(`${data}\\M`)).map(({ name }) => name);
  assert.equal(names.length, 2);
  assert.ok(!names.some((name) => name.includes("AutoRecovery")), names.join(" "));
});

test("before 2012 R2 a machine without its guest's help is saved, copied with its memory, and goes on", async () => {
  await using scene = await openOlderScene("2012", { machine: { guest: { os: "none", vss: "missing" } } });
  const running = runScript(scene, creation());
  const states = new Set<unknown>();
  while ((await scene.host.state()).programRuns === undefined)
    states.add((await scene.host.state()).machines[0]?.state);
  const { output } = await running;
  assert.deepEqual([...states], ["running", "saved"]);
  const [, system = ""] = devicesIn(output);
  const folder = `${system}\\ProgramData\\Microsoft\\Windows\\Hyper-V\\Virtual Machines\\${SCENE_MACHINE}`;
  const names = (await scene.host.files().list(folder)).map(({ name }) => name);
  assert.deepEqual(names, [`${SCENE_MACHINE}.bin`, `${SCENE_MACHINE}.vsv`]);
  assert.equal((await scene.host.state()).machines[0]?.state, "running");
});

test("what the host does not have is refused: a script, a command, a volume, a writer, a component, a set, an end", async () => {
  await using scene = await openOlderScene("2012r2");
  const refused: readonly (readonly [string, RegExp])[] = [
    ["make it so", /not recognized/],
    ["add volume X:", /HRESULT = 80042308/],
    ["writer exclude {00000000-0000-0000-0000-000000000001}", /80042308/],
    [`writer exclude "Microsoft Hyper-V VSS Writer:\\${OTHER}"`, /80042308/],
    ["delete shadows set {00000000-0000-0000-0000-000000000001}", /80042308/],
    ["end backup", /80042301/],
    ["create", /80042301/],
  ];
  for (const [command, said] of refused) {
    const { exitCode, output } = await runScript(scene, [command, "list shadows all"]);
    assert.equal(exitCode, 3, command);
    assert.match(output, said, command);
    assert.ok(!output.includes("-> list"), "the script ends at its first failure");
  }
  const commands = scene.host.commands();
  const missing = await commands.run("diskshadow", { arguments: ["/s", "C:\\none.dsh"], timeoutMs: 1000 });
  assert.equal(missing.exitCode, 1);
  const interactive = await commands.run("diskshadow.exe", { arguments: [], timeoutMs: 1000 });
  assert.equal(interactive.exitCode, 1);
  const usage = await commands.run("C:\\Windows\\System32\\diskshadow.exe", {
    arguments: ["/?"],
    timeoutMs: 1000,
  });
  assert.equal(usage.exitCode, 0);
  assert.match(usage.output, /\/s/);
});

test("a machine that fails lets the whole set fail, and the others go on as before", async () => {
  const other = { id: OTHER, name: "db01", state: "starting", configurationVersion: "5.0" };
  await using scene = await openOlderScene("2012r2", { others: [other] });
  const { exitCode, output } = await runScript(scene, creation());
  assert.equal(exitCode, 3);
  assert.match(output, /VSS_E_WRITERERROR_RETRYABLE/);
  await scene.host.finishJobs();
  assert.deepEqual(await scene.host.audit(), []);
  const excluding = [`writer exclude "Microsoft Hyper-V VSS Writer:\\${OTHER}"`, ...creation()];
  assert.equal((await runScript(scene, excluding)).exitCode, 0);
});

test("a set without all volumes of a machine fails as the writer fails it", async () => {
  await using scene = await openOlderScene("2012r2");
  const { output, exitCode } = await runScript(scene, ["begin backup", "add volume D:", "create"]);
  assert.equal(exitCode, 3);
  assert.match(output, /0x800423f0/);
});

test("a second set is refused while one is being made, and after a requester that was killed", async () => {
  const machine = { guest: { os: "none", vss: "missing" } };
  await using scene = await openOlderScene("2012", { machine, host: { savingMilliseconds: 10_000_000 } });
  const stop = new AbortController();
  const files = scene.host.files();
  {
    await using script = await files.create("C:\\Windows\\Temp\\first.dsh");
    await script.write(new TextEncoder().encode(creation().join("\r\n")), 0);
  }
  const first = scene.host.commands().run("diskshadow", {
    arguments: ["/s", "C:\\Windows\\Temp\\first.dsh"],
    timeoutMs: 100_000_000,
    signal: stop.signal,
  });
  const rejected = assert.rejects(first, { code: "interrupted" });
  while ((await scene.host.state()).machines[0]?.state !== "saved") await Promise.resolve();
  assert.match((await runScript(scene, creation())).output, /80042316/);
  stop.abort();
  await rejected;
  await files.remove("C:\\Windows\\Temp\\first.dsh");
  assert.match((await runScript(scene, creation())).output, /VSS_E_SNAPSHOT_SET_IN_PROGRESS/);
  assert.deepEqual(await scene.host.audit(), [
    'a backup of "web01" was begun and never ended',
    '"web01" ran, and is saved',
  ]);
  scene.clock.advance(30_000);
  await scene.edit((host) => {
    delete host["savingMilliseconds"];
  });
  await scene.host.setState("web01", "running");
  assert.equal((await runScript(scene, creation())).exitCode, 0);
});

test("a backup that nobody ends leaves checkpoint and shadow copies, which audit tells; the next one takes the checkpoint along", async () => {
  await using scene = await openOlderScene("2012r2");
  await made(scene, creation("not-ended"));
  const left = (await scene.host.audit()).join("\n");
  assert.match(left, /recovery checkpoint/);
  assert.match(left, /was begun and never ended/);
  assert.match(left, /shadow copy/);
  await made(scene);
  assert.equal((await runScript(scene, ["delete shadows all"])).exitCode, 0);
  await scene.host.finishJobs();
  assert.deepEqual(await scene.host.audit(), []);
});

test("cluster volumes, mounted folders and shares have shadow copies of their own", async () => {
  const disks = [
    "D:\\M\\m.vhdx",
    "C:\\ClusterStorage\\Volume1\\c.vhdx",
    "D:\\mnt\\data\\f.vhdx",
    "\\\\nas\\vms\\s.vhdx",
  ].map((path, location) => ({ controller: "scsi", number: 0, location, path }));
  await using scene = await openOlderScene("2012", { host: { volumes: [{ root: "D:\\mnt\\data" }] } });
  const files = scene.host.files();
  for (const { path } of disks.slice(1, 3)) {
    await using store = await files.create(path);
    await store.write(readFileSync(scene.native("D:\\M\\m.vhdx")), 0);
  }
  const share = new HostDrives(scene.folder);
  await share.copy("D:\\M\\m.vhdx", "\\\\nas\\vms\\s.vhdx");
  await scene.edit((host) => {
    for (const machine of host["machines"] as { disks: unknown }[]) machine.disks = disks;
  });
  const listing = (await runScript(scene, ["list writers metadata"])).output;
  const cluster = /(\S+) \[C:\\ClusterStorage\\Volume1\\\]/.exec(listing)?.[1] ?? "";
  const volumes = ["D:", "C:", cluster, "D:\\mnt\\data\\", "\\\\nas\\vms"];
  const adding = volumes.map((name, at) => `add volume ${name} alias V${at}`);
  const { output, exitCode } = await runScript(scene, ["set context persistent", ...adding, "create"]);
  assert.equal(exitCode, 0, output);
  const [data = "", , onCluster = "", inFolder = ""] = devicesIn(output);
  const shareCopy = /\\\\nas\\vms@\{[0-9a-f-]{36}\}/.exec(output)?.[0] ?? "";
  for (const path of [`${onCluster}\\c.vhdx`, `${inFolder}\\f.vhdx`, `${shareCopy}\\s.vhdx`])
    assert.notEqual(await files.stat(path), undefined, path);
  assert.equal(await files.stat(`${data}\\mnt\\data\\f.vhdx`), undefined, "a volume of its own");
  assert.equal((await runScript(scene, ["delete shadows all"])).exitCode, 0);
  assert.equal(await files.stat(`${shareCopy}\\s.vhdx`), undefined);
});
