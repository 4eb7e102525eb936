import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { openSimulatedHost } from "../simulated-host.ts";
import { createDemoHost } from "./create-demo-host.ts";
import { demoGuestChanges } from "./demo-guest-changes.ts";
import { guestView } from "./guest-view.ts";

const ORACLES = ["qemu-img", "fsck.vfat", "sgdisk", "sfdisk", "mtype", "sha256sum"];

describe("createDemoHost()", () => {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-demo-host-"));
  const options = { seed: 5, scale: 0.1, clock: new FakeClock(), entropy: new SeededEntropy(5) };
  const native = (machine: string, name: string): string =>
    join(folder, "host/drives/D/Machines", machine, name);

  before(async () => await createDemoHost(join(folder, "host"), options));
  after(() => rmSync(folder, { recursive: true }));

  /** The disk as a raw image, made by qemu-img. */
  function rawOf(machine: string, name: string): string {
    const raw = join(folder, `${name}.raw`);
    run("qemu-img", ["convert", "-O", "raw", native(machine, name), raw]);
    return raw;
  }

  /** Checks the one volume of a raw image, which lies from 1 MiB on. */
  function checkVolume(raw: string): void {
    const volume = `driver=raw,offset=1048576,file.driver=file,file.filename=${raw}`;
    run("qemu-img", ["convert", "-O", "raw", "--image-opts", volume, `${raw}.volume`]);
    const report = run("fsck.vfat", ["-n", "-v", `${raw}.volume`]);
    assert.match(report, /2 FATs, (16|32) bit entries/);
    assert.doesNotMatch(report, /differ|wrong|Bad|invalid|dirty/i);
    rmSync(`${raw}.volume`);
  }

  function sha256In(raw: string, path: string): string {
    return run("sh", ["-c", 'mtype -i "$1@@1M" "::$2" | sha256sum', "sh", raw, path]);
  }

  test("makes three machines, and nothing that an audit would mind", async () => {
    await using host = await openSimulatedHost(join(folder, "host"), options);
    const { machines } = await host.state();
    assert.deepEqual(
      machines.map(({ name, state, generation, disks }) => [name, state, generation, disks.length]),
      [
        ["web01", "running", 2, 2],
        ["db01", "running", 2, 2],
        ["old01", "off", 1, 2],
      ],
    );
    const database = machines[1];
    assert.deepEqual(
      database?.checkpoints.map(({ name, memory }) => ({ name, memory })),
      [{ name: "before update", memory: true }],
    );
    assert.equal(database?.disks[1]?.physicalDisk?.number, 3);
    assert.deepEqual(await host.audit(), []);
  });

  test("gives generation 2 disks whose partitions and volumes others find sound", needs(...ORACLES), () => {
    for (const name of ["web01.vhdx", "web01-data.vhdx"]) {
      const raw = rawOf("web01", name);
      assert.match(run("sgdisk", ["-v", raw]), /No problems found/);
      checkVolume(raw);
    }
  });

  test("gives generation 1 disks whose partitions and volumes others find sound", needs(...ORACLES), () => {
    for (const name of ["old01.vhdx", "archive.vhdx"]) {
      const raw = rawOf("old01", name);
      assert.match(run("sfdisk", ["--verify", raw]), /No errors detected/);
      checkVolume(raw);
    }
  });

  test("lets db01 run on a differencing disk that shows more than its parent", async () => {
    await using host = await openSimulatedHost(join(folder, "host"), options);
    const leaf = (await host.state()).machines[1]?.disks[0]?.path ?? "";
    assert.match(leaf, /^D:\\Machines\\db01\\db01_[0-9A-F-]{36}\.avhdx$/);
    const view = await guestView(native("db01", leaf.slice(leaf.lastIndexOf("\\") + 1)));
    assert.equal(view.files, 2);
    assert.notEqual(view.sha256, (await guestView(native("db01", "db01.vhdx"))).sha256);
  });

  test(
    "`demoGuestChanges()` changes the database of a guest, nothing else, and no file system",
    needs(...ORACLES),
    async () => {
      const [database, photo] = ["Database/orders.db", "Photos/2026/IMG_1000.jpg"];
      const before = rawOf("web01", "web01.vhdx");
      const hashes = [database, photo].map((path) => sha256In(before, path));
      await using host = await openSimulatedHost(join(folder, "host"), options);
      const [change] = await demoGuestChanges(host, 1);
      assert.deepEqual(change, { machine: "web01", disk: 0, path: database, bytes: 10 * 8192 });
      const raw = rawOf("web01", "web01.vhdx");
      checkVolume(raw);
      assert.notEqual(sha256In(raw, database), hashes[0]);
      assert.equal(sha256In(raw, photo), hashes[1]);
    },
  );

  test("`demoGuestChanges()` of db01 writes to its leaf and leaves the parent alone", async () => {
    await using host = await openSimulatedHost(join(folder, "host"), options);
    const parent = await guestView(native("db01", "db01.vhdx"));
    const [change] = await demoGuestChanges(host, 1, "db01");
    assert.equal(change?.machine, "db01");
    assert.deepEqual(await guestView(native("db01", "db01.vhdx")), parent);
  });
});
