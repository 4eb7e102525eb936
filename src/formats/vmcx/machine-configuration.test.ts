import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { guid } from "../../base/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { integerKey, type Key, type KeyNode, nodeKey, rootKey, textKey } from "./key-tree.ts";
import type { MachineConfiguration } from "./machine-configuration.ts";
import { machineConfigurationTree } from "./machine-configuration-tree.ts";
import { openConfiguration } from "./open-configuration.ts";
import { readMachineConfiguration } from "./read-machine-configuration.ts";
import { listValues, readBySecondReader } from "./testing/index.ts";
import { encodeKeyValueStore } from "./write-key-value-store.ts";
import { writeXmlConfiguration } from "./write-xml-configuration.ts";

const open = async (bytes: Uint8Array) =>
  readMachineConfiguration(await openConfiguration(new MemoryStore(bytes)));

/** Without what is undefined, so that absent and undefined compare alike. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const web01: MachineConfiguration = {
  machineId: guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c"),
  settingsId: guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c"),
  kind: "machine",
  name: "web01 – Büro",
  generation: 2,
  version: { major: 9, minor: 0 },
  createdAt: Temporal.Instant.from("2026-01-02T03:04:05.1234567Z"),
  notes: "long ".repeat(600),
  memoryMegabytes: 4096,
  processors: 4,
  scsiControllers: 2,
  disks: [
    { controller: "scsi", number: 0, location: 0, kind: "vhd", path: "D:\\Machines\\web01\\web01.vhdx" },
    { controller: "scsi", number: 0, location: 12, kind: "iso", path: undefined },
    { controller: "scsi", number: 1, location: 63, kind: "physical", path: "Disk 3" },
  ],
  networkAdapters: [
    {
      name: "Network Adapter",
      mac: "00-15-5D-01-07-DC",
      isMacStatic: true,
      isConnected: true,
      switchName: "External",
      switchId: guid("438b7b13-6180-4155-b7bf-08709ccf234d"),
    },
    { name: "Second", mac: "00-00-00-00-00-00", isMacStatic: false, isConnected: false },
  ],
  checkpoints: [
    { id: guid("11111111-2222-3333-4444-555555555555"), name: "before update", parentId: undefined },
    {
      id: guid("aaaaaaaa-2222-3333-4444-555555555555"),
      name: "after",
      parentId: guid("11111111-2222-3333-4444-555555555555"),
      createdAt: Temporal.Instant.from("2026-02-02T00:00:00Z"),
    },
  ],
  guestStatePath: "D:\\Machines\\web01\\Virtual Machines\\7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C.vmgs",
  diskMergePending: true,
};

const gen1: MachineConfiguration = {
  ...web01,
  generation: 1,
  version: { major: 5, minor: 0 },
  scsiControllers: 0,
  disks: [
    { controller: "ide", number: 0, location: 0, kind: "vhd", path: "D:\\a.vhd" },
    { controller: "ide", number: 1, location: 0, kind: "iso" },
    { controller: "floppy", number: 0, location: 0, kind: "floppy" },
  ],
  guestStatePath: undefined,
};

/** The smallest tree that counts as a configuration, with more below it. */
function smallest(...more: readonly Key[]): KeyNode {
  return rootKey(
    nodeKey(
      "configuration",
      nodeKey(
        "properties",
        textKey("global_id", "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C"),
        textKey("name", "x"),
        integerKey("version", 2304),
      ),
      nodeKey(
        "settings",
        nodeKey("memory", nodeKey("bank", integerKey("size", 512))),
        nodeKey("processors", integerKey("count", 1)),
      ),
      ...more,
    ),
  );
}

describe("readMachineConfiguration()", () => {
  test("understands a real .vmcx", needs("samples"), async () => {
    assert.deepEqual(plain(await open(readSample("gen1.vmcx.zst"))), {
      machineId: "282874fc-59d6-4f30-bc04-5fdd909c82e0",
      settingsId: "282874fc-59d6-4f30-bc04-5fdd909c82e0",
      kind: "machine",
      name: "Other Location",
      generation: 1,
      version: { major: 9, minor: 0 },
      createdAt: "2021-08-22T21:41:00.7172263Z",
      memoryMegabytes: 1024,
      processors: 1,
      scsiControllers: 1,
      disks: [
        {
          controller: "ide",
          number: 0,
          location: 0,
          kind: "vhd",
          path: "C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks\\Other Location.vhdx",
        },
        { controller: "ide", number: 1, location: 0, kind: "iso" },
        { controller: "floppy", number: 0, location: 0, kind: "floppy" },
      ],
      networkAdapters: [
        { name: "Network Adapter", mac: "00-00-00-00-00-00", isMacStatic: false, isConnected: false },
      ],
      checkpoints: [],
      guestStatePath: "C:\\Hyper-V\\EasyToFind\\Virtual Machines\\282874FC-59D6-4F30-BC04-5FDD909C82E0.vmgs",
      diskMergePending: false,
    });
  });

  test(
    "understands a real XML of 2012 R2, whose manifest has its GUIDs in another case",
    needs("samples"),
    async () => {
      const configuration = await open(readSample("2012r2.xml"));
      assert.equal(configuration.name, "2012R2");
      assert.deepEqual(configuration.version, { major: 5, minor: 0 });
      assert.equal(configuration.generation, 1);
      assert.equal(configuration.memoryMegabytes, 1024);
      assert.equal(configuration.createdAt?.toString().slice(0, 10), "2014-11-09");
      assert.equal(
        configuration.disks[0]?.path,
        "C:\\dev\\vagrant\\Win2k12R2\\.vagrant\\machines\\default\\hyperv\\disk.vhd",
      );
      assert.deepEqual(configuration.networkAdapters, [
        {
          name: "Network Adapter",
          mac: "00-15-5D-01-07-DC",
          isMacStatic: false,
          isConnected: true,
          switchName: "Virtual External Switch",
          switchId: "438b7b13-6180-4155-b7bf-08709ccf234d",
        },
      ]);
    },
  );

  test("names the key that every configuration has and this one has not", () => {
    const missing = { code: "machine-configuration-incomplete" };
    assert.throws(() => readMachineConfiguration(rootKey()), { ...missing, path: "configuration" });
    const empty = rootKey(nodeKey("configuration"));
    assert.throws(() => readMachineConfiguration(empty), { ...missing, path: "properties/global_id" });
    const noGuid = rootKey(nodeKey("configuration", nodeKey("properties", textKey("global_id", "x"))));
    assert.throws(() => readMachineConfiguration(noGuid), { ...missing, message: /is no GUID/ });
  });

  test("names a kind of medium that nobody has described unknown, and keeps its path", () => {
    const drive = nodeKey("drive0", textKey("type", "PMEM"), textKey("pathname", "D:\\x.vhdpmem"));
    const controller = nodeKey("controller0", drive, nodeKey("drive99999", textKey("type", "VHD")));
    const tree = smallest(nodeKey("_83F8638B-8DCA-4152-9EDA-2CA8B33039B4_", controller));
    assert.deepEqual(readMachineConfiguration(tree).disks, [
      { controller: "ide", number: 0, location: 0, kind: "unknown", path: "D:\\x.vhdpmem" },
    ]);
  });

  test("survives a manifest and a list of nonsense", () => {
    const list = nodeKey("list", integerKey("size", 9), nodeKey("a"), textKey("b", "c"));
    const manifest = nodeKey("manifest", textKey("vdev001", "x"), nodeKey("vdev2", textKey("device", "y")));
    const tree = smallest(manifest, nodeKey("global_settings", nodeKey("snapshots", list)));
    const { checkpoints, networkAdapters, scsiControllers } = readMachineConfiguration(tree);
    assert.deepEqual([checkpoints, networkAdapters, scsiControllers], [[], [], 0]);
  });
});

describe("machineConfigurationTree()", () => {
  test("is understood as what it was made of, through both kinds of file", async () => {
    assert.deepEqual(
      plain(await open(await encodeKeyValueStore(machineConfigurationTree(web01)))),
      plain(web01),
    );
    assert.deepEqual(
      plain(await open(await encodeKeyValueStore(machineConfigurationTree(gen1)))),
      plain(gen1),
    );
    assert.deepEqual(plain(await open(writeXmlConfiguration(machineConfigurationTree(gen1)))), plain(gen1));
  });

  test("tells a checkpoint's settings from the machine's", async () => {
    const settingsId = guid("99999999-2222-3333-4444-555555555555");
    const checkpoint: MachineConfiguration = { ...web01, kind: "checkpoint", settingsId };
    const back = await open(await encodeKeyValueStore(machineConfigurationTree(checkpoint)));
    assert.equal(back.kind, "checkpoint");
    assert.equal(back.settingsId, settingsId);
    assert.equal(back.machineId, web01.machineId);
  });

  test(
    "gives every key a real file of generation 1 has the same type",
    needs("samples", "python3"),
    async () => {
      const real = new Map(
        readBySecondReader(readSample("gen1.vmcx.zst")).values.map(({ path, type }) => [path, type]),
      );
      const adapter = "_1bc9500e-ad4b-426e-ad70-d04cbeb2033b_"; // the instance in the real file
      const controller = "_73e0f0c5-c0bc-4e16-a458-0e1c388bfee3_";
      const tree = machineConfigurationTree({
        ...gen1,
        version: { major: 9, minor: 0 },
        guestStatePath: "C:\\x.vmgs",
        networkAdapters: web01.networkAdapters.slice(0, 1),
        scsiControllers: 1,
        checkpoints: [],
      });
      const ours = listValues(tree).filter(({ path }) => !path.includes("/vdev"));
      assert.ok(ours.length > 50);
      for (const { path, type } of ours) {
        const there = path
          .replace(/_2fc216b0[0-9a-f-]+_/, adapter)
          .replace(/_d422512d[0-9a-f-]+_/, controller);
        assert.equal(type, real.get(there), path);
      }
    },
  );

  test("the manifest counts its devices and names each instance once", async () => {
    const tree = machineConfigurationTree({ ...web01, scsiControllers: 4 });
    const values = listValues(tree).filter(({ path }) => path.startsWith("/configuration/manifest/"));
    const instances = values.filter(({ path }) => path.endsWith("/instance")).map(({ value }) => value);
    assert.equal(new Set(instances).size, instances.length);
    const size = values.find(({ path }) => path === "/configuration/manifest/size");
    assert.equal(size?.value, String(instances.length));
  });
});

describe("openConfiguration()", () => {
  test("tells the two kinds of file by their first bytes", needs("samples"), async () => {
    const vmcx = readSample("gen1.vmcx.zst");
    vmcx[0] = 0; // the second header is still right
    assert.equal((await open(vmcx)).name, "Other Location");
    await assert.rejects(open(Buffer.from("\ufeff<a/>", "utf16le")), {
      code: "machine-configuration-incomplete",
    });
    await assert.rejects(open(new Uint8Array(0)), { code: "xml-configuration-unreadable" });
    await assert.rejects(open(new Uint8Array(9000)), { code: "key-value-store-damaged" });
  });
});
