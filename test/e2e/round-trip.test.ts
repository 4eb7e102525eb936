import assert from "node:assert/strict";
import { readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { InterruptedError, type RunEvent, StillpointError } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { MemoryStore } from "../../src/disk/index.ts";
import { openVhdx, rewriteParentLocator } from "../../src/formats/vhdx/index.ts";
import type { HostFiles } from "../../src/places/index.ts";
import { type Storage, StorageFullError } from "../../src/storage/index.ts";
import { BackupScene, hostJson, type SceneMachine, scsiDisk } from "../testing/backup-scene.ts";
import { needs, readSample } from "../testing/oracles.ts";

const WEB = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";
const DB = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02";
const OLD = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B03";
const CHECKPOINT = "9C0D1E2F-0000-4000-8000-000000000001";

const web: SceneMachine = {
  id: WEB,
  name: "web01",
  disks: [scsiDisk(0, "D:\\M\\web01\\web01.vhdx"), scsiDisk(1, "D:\\M\\web01\\swap.vhdx")],
};
const db: SceneMachine = {
  id: DB,
  name: "db01",
  guest: { os: "linux", vss: "missing" },
  disks: [scsiDisk(0, "D:\\M\\db01\\child.avhdx")],
  checkpoints: [
    {
      id: CHECKPOINT,
      name: "before update",
      created: "2026-04-01T10:00:00Z",
      parent: null,
      type: "standard",
      memory: true,
      disks: [scsiDisk(0, "D:\\M\\db01\\base.vhdx")],
    },
  ],
};
const old: SceneMachine = {
  id: OLD,
  name: "old01",
  state: "off",
  generation: 1,
  guest: { os: "none", vss: "missing" },
  disks: [
    { controller: "ide", number: 0, location: 0, path: "D:\\M\\old01\\dirty.vhdx" },
    { controller: "ide", number: 0, location: 1, path: "E:\\legacy.vhd" },
  ],
};

/** A host with three machines: dynamic and fixed VHDX, a differencing chain, a log to replay, a VHD. */
async function threeMachines(
  more: Readonly<Record<string, unknown>> = {},
  storage: (storage: Storage) => Storage = (local) => local,
): Promise<BackupScene> {
  const scene = await BackupScene.open({ storage });
  const drive = "host/drives/D/M";
  await scene.write(`${drive}/web01/web01.vhdx`, readSample("hyperv-dynamic.vhdx.gz"));
  await scene.write(`${drive}/web01/swap.vhdx`, readSample("win10-swap.vhdx.gz"));
  await scene.write(`${drive}/db01/base.vhdx`, readSample("synthetic-diff-base.vhdx.zst"));
  await scene.write(`${drive}/db01/child.avhdx`, readSample("synthetic-diff-child.avhdx.zst"));
  await scene.write(`${drive}/old01/dirty.vhdx`, readSample("qemu16-dirtylog-10g.vhdx.zst"));
  await scene.write("host/drives/E/legacy.vhd", readSample("hyperv-dynamic.vhd.gz"));
  await scene.write("host/host.json", hostJson([web, db, old], more));
  return scene;
}

function codes(outcome: { readonly failed: readonly { readonly error: Error }[] }): readonly string[] {
  return outcome.failed.map(({ error }) => (error instanceof StillpointError ? error.code : error.message));
}

describe("a simulated host and a vault in a folder", needs("samples"), () => {
  test("every file that stood there comes back byte-identical, and the host is as before", async () => {
    await using scene = await threeMachines();
    const { host, simulated } = await scene.simulated();
    const before = await scene.hashes("host/drives");
    const outcome = await scene.backup(host);
    assert.deepEqual([codes(outcome), outcome.skipped, outcome.endedBy], [[], [], undefined]);
    assert.deepEqual(await scene.hashes("host/drives"), before);
    assert.deepEqual(await simulated.audit(), []);
    const restored = new Map<string, string>();
    for (const name of ["web01", "db01", "old01"]) {
      for (const [path, sha256] of await scene.restoreExact(`latest:${name}`)) restored.set(path, sha256);
    }
    const disks = [...before.keys()].filter((path) => /\.a?vhdx?$/.test(path));
    assert.equal(disks.length, 6);
    for (const path of disks) assert.equal(restored.get(path), before.get(path), path);
    const states = [...before.keys()].filter((path) => path.includes(CHECKPOINT));
    assert.ok(states.length >= 2, "the user checkpoint has a configuration and a memory file");
    for (const path of states) assert.equal(restored.get(path), before.get(path), path);
  });

  test("the restore point says what the host said: tree, leaves, consistency, coverage", async () => {
    await using scene = await threeMachines();
    const { host } = await scene.simulated();
    const outcome = await scene.backup(host);
    const point = await scene.vault.findPoint("latest:db01");
    assert.equal(point.machine.id, DB);
    assert.deepEqual(
      [point.consistency, point.method, point.checkpointKind],
      ["crash", "recovery-checkpoint", "standard"],
    );
    assert.deepEqual(point.disks, [
      { controller: "scsi", number: 0, location: 0, viewLeaf: "D:\\M\\db01\\child.avhdx" },
    ]);
    assert.deepEqual(
      point.tree.checkpoints.map(({ id, name, memory }) => ({ id, name, memory })),
      [{ id: CHECKPOINT, name: "before update", memory: true }],
    );
    assert.equal(point.tree.current, CHECKPOINT);
    assert.deepEqual(
      outcome.points.map(({ machine, consistency, leftBehind }) => [machine.name, consistency, leftBehind]),
      [
        ["db01", "crash", []],
        ["old01", "crash", []],
        ["web01", "application", []],
      ],
    );
    const [disk] = outcome.points.filter(({ machine }) => machine.name === "web01");
    assert.ok(disk && disk.bytesRead > 0 && disk.bytesReadMetadata > 0 && disk.bytesStored < disk.bytesNew);
  });

  test("a second run stores next to nothing, and says why it read everything", async () => {
    await using scene = await threeMachines();
    const { host } = await scene.simulated();
    const first = await scene.backup(host);
    const second = await scene.backup(host, { run: "run-2" });
    assert.ok(
      first.points.every((point) => point.fullReadReason.every(({ code }) => code === "first-backup")),
    );
    assert.ok(
      second.points.every((point) =>
        point.fullReadReason.every(({ code }) => code === "change-tracking-unused"),
      ),
    );
    const bytesNew = second.points.reduce((sum, point) => sum + point.bytesNew, 0);
    assert.ok(bytesNew < 1024 * 1024, `${bytesNew} bytes are new`);
  });

  test("a machine that the host refuses to hold fails, and the others are backed up", async () => {
    const errorCode = 32775;
    await using scene = await threeMachines({
      faults: [{ method: "CreateSnapshot", times: 20, instead: { errorCode } }],
    });
    const { host, simulated } = await scene.simulated();
    const outcome = await scene.backup(host, { machines: (await host.machines()).slice(0, 1) });
    assert.equal(outcome.failed.length, 1);
    assert.match(outcome.failed[0]?.error.message ?? "", /db01/);
    assert.deepEqual(
      (await simulated.audit()).filter((sentence) => !sentence.includes("scripted")),
      [],
    );
  });

  test("a user checkpoint in the middle of reading starts the machine again, with the new tree", async () => {
    const script = [
      {
        when: { event: "open", count: 3 },
        act: { kind: "create-checkpoint", machine: "web01", name: "by hand" },
      },
    ];
    await using scene = await threeMachines({ script });
    const { host, simulated } = await scene.simulated();
    const machines = (await host.machines()).filter((machine) => machine.name === "web01");
    const notes: string[] = [];
    const events = (event: RunEvent): void => {
      if (event.type === "step-note") notes.push(event.message);
    };
    const outcome = await scene.backup(host, { machines, events });
    assert.deepEqual(codes(outcome), []);
    assert.ok((outcome.points[0]?.attempts ?? 0) >= 2, notes.join("\n"));
    assert.ok(
      notes.some((note) => note.endsWith("the machine is started again")),
      notes.join("\n"),
    );
    const point = await scene.vault.findPoint("latest:web01");
    assert.deepEqual(
      point.tree.checkpoints.map((checkpoint) => checkpoint.name),
      ["by hand"],
    );
    assert.deepEqual(await simulated.audit(), []);
  });

  test("a vault that is full ends the run: what is held is let go, what was committed stays", async () => {
    let left = Number.POSITIVE_INFINITY;
    await using scene = await threeMachines({}, (storage) => fillingUp(storage, () => left-- > 0));
    const { host, simulated } = await scene.simulated();
    const events = (event: RunEvent): void => {
      if (event.type === "step-started" && event.name === "machine" && event.subject === "old01") left = 0;
    };
    const outcome = await scene.backup(host, { events });
    assert.deepEqual(
      [outcome.points.map(({ machine }) => machine.name), codes(outcome)],
      [["db01"], ["storage-full", "storage-full"]],
    );
    assert.equal(outcome.endedBy, outcome.failed[1]?.error);
    assert.deepEqual(await simulated.audit(), []);
    left = Number.POSITIVE_INFINITY;
    assert.equal((await Array.fromAsync(scene.vault.points())).length, 1);
    assert.deepEqual((await scene.backup(host, { run: "run-2" })).failed, []);
  });

  test("an interruption at any step releases the machine and leaves no restore point", async () => {
    await using scene = await threeMachines();
    const { host, simulated } = await scene.simulated();
    const machines = (await host.machines()).filter((machine) => machine.name === "db01");
    for (const name of ["hold", "read", "read-file", "release"]) {
      const interruption = new AbortController();
      const events = (event: RunEvent): void => {
        if (event.type === "step-started" && event.name === name) interruption.abort();
      };
      const outcome = await scene.backup(host, { machines, events, signal: interruption.signal });
      assert.ok(outcome.endedBy instanceof InterruptedError, name);
      assert.deepEqual(await simulated.audit(), [], name);
      assert.deepEqual(await Array.fromAsync(scene.vault.points()), [], name);
    }
  });
});

describe("a folder as host", needs("samples"), () => {
  const base = "synthetic-diff-base.vhdx.zst";
  const child = "synthetic-diff-child.avhdx.zst";

  async function folderWithGood(files: Readonly<Record<string, Uint8Array>>): Promise<BackupScene> {
    const scene = await BackupScene.open();
    await scene.write("exports/good.vhdx", readSample("win10-swap.vhdx.gz"));
    for (const [path, bytes] of Object.entries(files)) await scene.write(`exports/${path}`, bytes);
    return scene;
  }

  test("comes back byte-identical, machine by machine", async () => {
    await using scene = await folderWithGood({
      "db01/Virtual Hard Disks/child.avhdx": readSample(child),
      "db01/Virtual Hard Disks/base.vhdx": readSample(base),
      "db01/Virtual Machines/gen1.vmcx": readSample("gen1.vmcx.zst"),
      "legacy.vhd": readSample("hyperv-fixed.vhd.gz"),
    });
    const outcome = await scene.backup(await scene.folderHost("exports"));
    assert.deepEqual(
      [codes(outcome), outcome.points.map((point) => point.machine.name)],
      [[], ["db01", "good", "legacy"]],
    );
    const restored = new Map<string, string>();
    for (const point of outcome.points) {
      for (const [path, sha256] of await scene.restoreExact(point.id)) restored.set(path, sha256);
    }
    const before = await scene.hashes("exports");
    assert.deepEqual(Object.fromEntries(restored), Object.fromEntries(before));
  });

  test("a missing parent fails that machine, by the child's name, and no other", async () => {
    await using scene = await folderWithGood({ "db01/child.avhdx": readSample(child) });
    const outcome = await scene.backup(await scene.folderHost("exports"));
    assert.deepEqual([codes(outcome), outcome.points.length], [["disk-parent-missing"], 1]);
    assert.match(outcome.failed[0]?.error.message ?? "", /"db01\/child\.avhdx"/);
  });

  test("a parent that is another disk fails that machine", async () => {
    await using scene = await folderWithGood({
      "db01/child.avhdx": readSample(child),
      "db01/base.vhdx": readSample("win10-btrfs.vhdx.gz"),
    });
    const outcome = await scene.backup(await scene.folderHost("exports"));
    assert.deepEqual([codes(outcome), outcome.points.length], [["disk-parent-mismatch"], 1]);
  });

  test("a disk that is its own parent fails that machine", async () => {
    const store = new MemoryStore(readSample(child));
    const { facts } = await openVhdx(store);
    const entropy = new SeededEntropy(7);
    await rewriteParentLocator(store, {
      relativePath: ".\\child.avhdx",
      linkage: facts.dataWriteGuid,
      entropy,
    });
    await using scene = await folderWithGood({ "db01/child.avhdx": store.toBytes() });
    const outcome = await scene.backup(await scene.folderHost("exports"));
    assert.deepEqual([codes(outcome), outcome.points.length], [["disk-chain-cycle"], 1]);
  });

  test("a torn disk is kept byte for byte with a warning", async () => {
    const torn = readSample("hyperv-dynamic.vhdx.gz").slice(0, 3_000_001);
    await using scene = await folderWithGood({ "torn/torn.vhdx": torn });
    const outcome = await scene.backup(await scene.folderHost("exports"));
    const point = outcome.points.find(({ machine }) => machine.name === "torn");
    assert.deepEqual(
      point?.warnings.map(({ code }) => code),
      ["disk-not-understood"],
    );
    const before = await scene.hashes("exports/torn");
    const after = await scene.restoreExact("latest:torn");
    assert.equal(after.get("torn/torn.vhdx"), before.get("torn.vhdx"));
  });

  test("a file that shrinks while it is read is read again, as it is then", async () => {
    await using scene = await folderWithGood({
      "m/notes.txt": new Uint8Array(300_000).fill(65),
      "m/m.vhdx": readSample("win10-swap.vhdx.gz"),
    });
    const path = join(scene.folder, "exports/m/notes.txt");
    let cuts = 1;
    const host = await scene.folderHost("exports", (files) =>
      beforeReading(files, "m/notes.txt", async () => {
        if (cuts-- > 0) await truncate(path, 1000);
      }),
    );
    const outcome = await scene.backup(host);
    assert.deepEqual(codes(outcome), []);
    const point = outcome.points.find(({ machine }) => machine.name === "m");
    assert.deepEqual(
      [point?.attempts, point?.files.find((file) => file.path === "m/notes.txt")?.bytes],
      [2, 1000],
    );
    const restored = await scene.restoreExact("latest:m");
    assert.equal(restored.size, 2);
    assert.equal((await readFile(path)).length, 1000);
  });

  test("a file that never stops shrinking fails that machine, and no other", async () => {
    await using scene = await folderWithGood({
      "m/notes.txt": new Uint8Array(300_000).fill(65),
      "m/m.vhdx": readSample("win10-swap.vhdx.gz"),
    });
    const path = join(scene.folder, "exports/m/notes.txt");
    let length = 300_000;
    const host = await scene.folderHost("exports", (files) =>
      beforeReading(files, "m/notes.txt", async () => {
        length -= 1000;
        await truncate(path, length);
      }),
    );
    const outcome = await scene.backup(host);
    assert.deepEqual(
      [codes(outcome), outcome.points.map((point) => point.machine.name)],
      [["file-changed"], ["good"]],
    );
  });
});

/** The same store, which takes new objects as long as there is room. */
function fillingUp(storage: Storage, hasRoom: () => boolean): Storage {
  return {
    location: storage.location,
    traits: storage.traits,
    put: async (name, parts, options) => {
      if (!hasRoom()) throw new StorageFullError(`Cannot write "${name}": there is no space left`);
      await storage.put(name, parts, options);
    },
    get: async (name, options) => await storage.get(name, options),
    stat: async (name, options) => await storage.stat(name, options),
    list: (prefix, options) => storage.list(prefix, options),
    delete: async (name, options) => {
      await storage.delete(name, options);
    },
    [Symbol.asyncDispose]: async () => {
      await storage[Symbol.asyncDispose]();
    },
  };
}

/** The same files, with something done before each read of one of them. */
function beforeReading(files: HostFiles, watched: string, act: () => Promise<void>): HostFiles {
  return {
    list: async (path) => await files.list(path),
    stat: async (path) => await files.stat(path),
    create: async (path) => await files.create(path),
    remove: async (path) => {
      await files.remove(path);
    },
    async open(path) {
      const source = await files.open(path);
      if (path !== watched) return source;
      return {
        sizeBytes: source.sizeBytes,
        read: async (target, offset) => {
          await act();
          await source.read(target, offset);
        },
        [Symbol.asyncDispose]: async () => {
          await source[Symbol.asyncDispose]();
        },
      };
    },
  };
}
