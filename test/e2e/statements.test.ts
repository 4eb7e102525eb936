import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { systemEntropy } from "../../src/base/index.ts";
import { forecastText } from "../../src/cli/commands/forecast.ts";
import { PLAIN } from "../../src/cli/output/index.ts";
import { openHypervHost } from "../../src/hyperv/index.ts";
import { MemoryJournal, recordedPorts } from "../../src/hyperv/testing/index.ts";
import { selectMachines } from "../../src/policy/index.ts";
import { openSimulatedHost } from "../../src/simulator/index.ts";
import { BackupScene, hostJson, type SceneMachine, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { Workplace } from "../testing/stillpoint.ts";

const WEB = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";
const DB = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02";

/** A simulated host with these machines; each of their disks is a small one of its own. */
async function sceneOf(
  machines: readonly SceneMachine[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<BackupScene> {
  const scene = await BackupScene.open();
  let seed = 1;
  for (const machine of machines) {
    for (const disk of (machine["disks"] ?? []) as readonly { readonly path?: string }[]) {
      if (disk.path === undefined) continue;
      await scene.write(`host/drives/${nativeOf(disk.path)}`, await smallDisk(seed++));
    }
  }
  await scene.write("host/host.json", hostJson(machines, more));
  return scene;
}

function nativeOf(path: string): string {
  return path.replace(":", "").replaceAll("\\", "/");
}

const diskOf = (name: string): readonly unknown[] => [scsiDisk(0, `D:\\M\\${name}.vhdx`)];

describe("what the documentation promises, seen from outside", () => {
  test("a desktop Windows is refused with exit code 1 and the reason, and nothing on it is touched (S3, S4)", async () => {
    using place = new Workplace();
    const folder = place.path("host");
    mkdirSync(`${folder}/drives/D/M`, { recursive: true });
    writeFileSync(`${folder}/drives/D/M/web.vhdx`, await smallDisk(1));
    const os = { caption: "Microsoft Windows 11 Pro", version: "10.0.22631", productType: 1 };
    writeFileSync(`${folder}/host.json`, hostJson([{ id: WEB, name: "web", disks: diskOf("web") }], { os }));
    await place.newVault();
    const said = await place.run(["backup", "--host", `sim:${folder}`, "--all", ...place.vault()]);
    assert.equal(said.code, 1, said.text);
    const [error] = said.errors;
    assert.equal(error?.["code"], "desktop-not-supported");
    assert.match(String(error?.["message"]), /Windows 11 Pro is a desktop Windows, wanted a Windows Server/);
    assert.match(
      String(error?.["advice"]),
      /Windows Server with Hyper-V.*Desktop Windows has no Hyper-V VSS writer/,
    );
    const { machines } = JSON.parse(readFileSync(`${folder}/host.json`, "utf8")) as {
      machines: readonly Readonly<Record<string, unknown>>[];
    };
    assert.equal(machines[0]?.["recoveryCheckpoints"], undefined);
  });

  test("five disks on three controllers are all captured, with the configuration (S7, S8)", async () => {
    const disks = [
      { controller: "ide", number: 0, location: 0, path: "D:\\M\\a.vhdx" },
      { controller: "ide", number: 1, location: 1, path: "D:\\M\\b.vhdx" },
      { controller: "scsi", number: 0, location: 0, path: "D:\\M\\c.vhdx" },
      { controller: "scsi", number: 0, location: 7, path: "E:\\N\\d.vhdx" },
      { controller: "scsi", number: 1, location: 63, path: "E:\\N\\e.vhdx" },
    ];
    await using scene = await sceneOf([{ id: WEB, name: "web", generation: 1, scsiControllers: 2, disks }]);
    const { host } = await scene.simulated();
    await scene.backup(host);
    const point = await scene.vault.findPoint("latest:web");
    assert.deepEqual(
      point.disks.map(({ controller, number, location, viewLeaf }) => [
        controller,
        number,
        location,
        viewLeaf,
      ]),
      disks.map(({ controller, number, location, path }) => [controller, number, location, path]),
    );
    const before = await scene.hashes("host/drives");
    const restored = await scene.restoreExact("latest:web");
    for (const { path } of disks)
      assert.equal(restored.get(nativeOf(path)), before.get(nativeOf(path)), path);
    const roles = point.files.map(({ role }) => role);
    assert.ok(roles.includes("configuration"), roles.join());
  });

  test("a tree of checkpoints with two branches comes back: names, times, parents, where it goes on, and every file (S6, S10)", async () => {
    await using scene = await sceneOf([{ id: WEB, name: "web", disks: diskOf("web") }]);
    const { host, simulated } = await scene.simulated();
    const write = async (offset: number): Promise<void> => {
      await simulated.guestWrite("web", { disk: 0, offset, bytes: systemEntropy.bytes(4096) });
    };
    await simulated.createCheckpoint("web", "root");
    await write(0);
    await simulated.createCheckpoint("web", "left");
    await write(1 << 20);
    await simulated.applyCheckpoint("web", "root");
    await simulated.setState("web", "running");
    await write(2 << 20);
    await simulated.createCheckpoint("web", "right");
    const before = await scene.hashes("host/drives");
    const told = (await simulated.state()).machines[0];
    await scene.backup(host);
    const { tree, leftBehind } = await scene.vault.findPoint("latest:web");
    const named = new Map(tree.checkpoints.map((one) => [one.name, one]));
    assert.deepEqual([...named.keys()].sort(), ["left", "right", "root"]);
    const root = named.get("root");
    assert.deepEqual(
      [root?.parent, named.get("left")?.parent, named.get("right")?.parent],
      [null, root?.id, root?.id],
    );
    assert.equal(tree.current, named.get("right")?.id);
    for (const { id, created } of told?.checkpoints ?? []) {
      assert.equal(
        Temporal.Instant.from(tree.checkpoints.find((one) => one.id === id)?.created ?? "").epochMilliseconds,
        Temporal.Instant.from(created).epochMilliseconds,
      );
    }
    const restored = await scene.restoreExact("latest:web");
    const frozen = [...before.keys()].filter((path) => /\.a?vhdx$/.test(path));
    assert.ok(frozen.length >= 4, frozen.join());
    for (const path of frozen) assert.equal(restored.get(path), before.get(path), path);
    assert.deepEqual(leftBehind, []);
  });

  test("all machines are those of the moment: one that came later is in, one that was renamed is found by its id (S11)", async () => {
    const web: SceneMachine = { id: WEB, name: "web", disks: diskOf("web") };
    await using scene = await sceneOf([web, { id: DB, name: "db", disks: diskOf("db") }]);
    await scene.write("host/host.json", hostJson([web]));
    const { host } = await scene.simulated();
    const names = async (): Promise<readonly string[]> => {
      const outcome = await scene.backup(host, {
        machines: selectMachines(await host.machines(), { all: true }),
      });
      return outcome.points.map(({ machine }) => machine.name).sort();
    };
    assert.deepEqual(await names(), ["web"]);
    await scene.write(
      "host/host.json",
      hostJson([
        { ...web, name: "www" },
        { id: DB, name: "db", disks: diskOf("db") },
      ]),
    );
    assert.deepEqual(await names(), ["db", "www"]);
    const [renamed] = selectMachines(await host.machines(), { names: [WEB] });
    assert.equal(renamed?.name, "www");
    const points = await Array.fromAsync(scene.vault.points());
    assert.equal(points.filter(({ machine }) => machine.id === WEB).length, 2);
  });

  test("the words are Hyper-V's: production checkpoint and standard checkpoint (S18, S22)", async () => {
    await using scene = await sceneOf([
      { id: WEB, name: "web", disks: diskOf("web") },
      { id: DB, name: "db", disks: diskOf("db"), guest: { os: "windows", vss: "missing" } },
    ]);
    const { host } = await scene.simulated();
    const texts = new Map(
      (await host.machines()).map((machine) => [machine.name, forecastText(machine, PLAIN)]),
    );
    assert.match(texts.get("web") ?? "", /application-consistent by a production checkpoint/);
    assert.match(texts.get("db") ?? "", /crash-consistent by a standard checkpoint/);
  });

  test("both sides of a replication are backed up: the primary as it can, the replica crash-consistent with the reason (S28, S29, S30)", async () => {
    await using scene = await sceneOf([
      {
        id: WEB,
        name: "primary",
        disks: diskOf("web"),
        replication: { mode: "primary", state: "replicating" },
      },
      {
        id: DB,
        name: "replica",
        state: "off",
        disks: diskOf("db"),
        replication: { mode: "replica", state: "replicating" },
      },
    ]);
    const { host } = await scene.simulated();
    const outcome = await scene.backup(host);
    const reached = outcome.points.map(({ machine, consistency }) => `${machine.name}: ${consistency}`);
    assert.deepEqual(reached.sort(), ["primary: application", "replica: crash"]);
    const point = await scene.vault.findPoint("latest:replica");
    assert.match(JSON.stringify(point.forecast), /replica and therefore off.*always only crash-consistent/);
  });

  test("a pass-through disk is never touched; the run succeeds with a warning, and converted to a VHDX it is covered (S37, S38, S40, S43)", async () => {
    const physical = {
      controller: "scsi",
      number: 0,
      location: 1,
      physicalDisk: { number: 3, bytes: 8_000_000_000 },
    };
    const web: SceneMachine = { id: WEB, name: "web", disks: [...diskOf("web"), physical] };
    await using scene = await sceneOf([web]);
    const { clock } = scene;
    await using simulated = await openSimulatedHost(`${scene.folder}/host`, {
      clock,
      entropy: systemEntropy,
    });
    const ports = recordedPorts({
      session: simulated.session(),
      files: simulated.files(),
      commands: simulated.commands(),
    });
    await using host = await openHypervHost({
      ...ports,
      clock,
      entropy: systemEntropy,
      journal: new MemoryJournal(),
      hostKey: "sim",
    });
    const outcome = await scene.backup(host);
    assert.deepEqual(outcome.failed, []);
    assert.deepEqual(
      outcome.points[0]?.warnings.map(({ code }) => code),
      ["passthrough-disk-not-covered"],
    );
    const point = await scene.vault.findPoint("latest:web");
    assert.deepEqual(
      point.uncovered.map(({ disk, bytes }) => [disk, bytes]),
      [["SCSI 0:1, physical disk 3", 8_000_000_000]],
    );
    assert.ok(ports.opened.length > 0);
    for (const path of ports.opened) assert.match(path, /^[CD]:\\/, "a physical disk was opened");

    await scene.write("host/drives/D/M/data.vhdx", await smallDisk(99));
    await scene.write(
      "host/host.json",
      hostJson([{ ...web, disks: [...diskOf("web"), scsiDisk(1, "D:\\M\\data.vhdx")] }]),
    );
    const [converted] = (await scene.backup(host)).points;
    assert.deepEqual([converted?.warnings, (await scene.vault.findPoint("latest:web")).uncovered], [[], []]);
    const before = await scene.hashes("host/drives");
    assert.equal((await scene.restoreExact("latest:web")).get("D/M/data.vhdx"), before.get("D/M/data.vhdx"));
  });
});
