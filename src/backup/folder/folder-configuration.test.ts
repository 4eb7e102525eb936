import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { guid, ZERO_GUID } from "../../base/index.ts";
import { makeVhd } from "../../formats/vhd/testing/index.ts";
import {
  encodeKeyValueStore,
  type MachineConfiguration,
  machineConfigurationTree,
} from "../../formats/vmcx/index.ts";
import { MemoryHostFiles } from "../testing/index.ts";
import { type FolderConfiguration, readFolderConfiguration } from "./folder-configuration.ts";

const MACHINE = guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b02");
const CHECKPOINT = guid("9c0d1e2f-0000-4000-8000-000000000001");
const A = guid("aaaaaaaa-0000-4000-8000-000000000001");
const B = guid("bbbbbbbb-0000-4000-8000-000000000002");

const usual: MachineConfiguration = {
  machineId: MACHINE,
  settingsId: MACHINE,
  kind: "machine",
  name: "db01",
  generation: 2,
  version: { major: 9, minor: 0 },
  memoryMegabytes: 1024,
  processors: 2,
  scsiControllers: 2,
  disks: [],
  networkAdapters: [],
  checkpoints: [],
};

async function vmcx(facts: Partial<MachineConfiguration>): Promise<Uint8Array> {
  return await encodeKeyValueStore(machineConfigurationTree({ ...usual, ...facts }));
}

function vhd(uniqueId: typeof A, parent?: { id: typeof A; name: string }): Uint8Array {
  return makeVhd({
    sizeBytes: 524_288,
    blockSizeBytes: 524_288,
    uniqueId,
    writes: [],
    ...(parent && { parent: { ...parent, relativePath: `.\\${parent.name}` } }),
  });
}

async function read(files: Readonly<Record<string, Uint8Array | string>>): Promise<FolderConfiguration> {
  const host = { files: new MemoryHostFiles(files) };
  const machine = { id: ZERO_GUID, name: "m", files: Object.keys(files).sort(), uncovered: [] };
  return await readFolderConfiguration(machine, host);
}

describe("readFolderConfiguration()", () => {
  test("gives disks the places that the machine's configuration has for them", async () => {
    const { disks, uncovered, warnings } = await read({
      "m/Virtual Machines/x.vmcx": await vmcx({
        disks: [
          { controller: "scsi", number: 1, location: 5, kind: "vhd", path: "D:\\VMs\\db01\\Data.vhd" },
          { controller: "scsi", number: 0, location: 0, kind: "vhd", path: "D:\\VMs\\db01\\os.vhd" },
        ],
      }),
      "m/Virtual Hard Disks/data.vhd": vhd(A),
      "m/Virtual Hard Disks/os.vhd": vhd(B),
    });
    assert.deepEqual(
      disks.map((disk) => `${disk.controller} ${disk.number}:${disk.location} ${disk.viewLeaf}`),
      ["scsi 0:0 m/Virtual Hard Disks/os.vhd", "scsi 1:5 m/Virtual Hard Disks/data.vhd"],
    );
    assert.deepEqual([uncovered, warnings], [[], []]);
  });

  test("keeps disks that no configuration names, at free places", async () => {
    const { disks } = await read({
      "m/x.vmcx": await vmcx({
        disks: [{ controller: "scsi", number: 0, location: 0, kind: "vhd", path: "D:\\os.vhd" }],
      }),
      "m/extra.vhd": vhd(A),
      "m/os.vhd": vhd(B),
    });
    assert.deepEqual(
      disks.map((disk) => [disk.location, disk.viewLeaf]),
      [
        [0, "m/os.vhd"],
        [1, "m/extra.vhd"],
      ],
    );
  });

  test("names a disk that the configuration has and the folder has not", async () => {
    const { uncovered } = await read({
      "m/x.vmcx": await vmcx({
        disks: [{ controller: "scsi", number: 0, location: 0, kind: "vhd", path: "D:\\gone.vhdx" }],
      }),
      "m/os.vhd": vhd(A),
    });
    assert.deepEqual(
      uncovered.map((one) => one.disk),
      ["D:\\gone.vhdx"],
    );
  });

  test("makes an unreadable configuration a warning and keeps its file", async () => {
    const { files, warnings, disks } = await read({ "m/x.vmcx": "not a store", "m/os.vhd": vhd(A) });
    assert.deepEqual(
      warnings.map((warning) => warning.code),
      ["configuration-not-readable"],
    );
    assert.deepEqual(files, [{ path: "m/x.vmcx", role: "configuration" }]);
    assert.equal(disks.length, 1);
  });

  test("does not take any XML file for a configuration", async () => {
    const { files, warnings } = await read({ "m/settings.xml": "<a/>", "m/os.vhd": vhd(A) });
    assert.deepEqual(files, [{ path: "m/settings.xml", role: "other" }]);
    assert.deepEqual(warnings, []);
  });

  test("takes configurations of two machines in one folder for no machine's places", async () => {
    const { warnings } = await read({
      "m/1.vmcx": await vmcx({}),
      "m/2.vmcx": await vmcx({ machineId: A, settingsId: A }),
      "m/os.vhd": vhd(A),
    });
    assert.deepEqual(
      warnings.map((warning) => warning.code),
      ["several-configurations"],
    );
  });

  test("finds checkpoints with their disks and state files", async () => {
    const checkpoint = await vmcx({
      settingsId: CHECKPOINT,
      kind: "checkpoint",
      name: "before update",
      disks: [{ controller: "scsi", number: 0, location: 0, kind: "vhd", path: "D:\\os.vhd" }],
    });
    const { tree, disks, files } = await read({
      "m/Virtual Machines/x.vmcx": await vmcx({
        disks: [{ controller: "scsi", number: 0, location: 0, kind: "vhd", path: "D:\\os_1.avhd" }],
      }),
      [`m/Snapshots/${CHECKPOINT}.vmcx`]: checkpoint,
      [`m/Snapshots/${CHECKPOINT}.VMRS`]: "memory",
      "m/os.vhd": vhd(A),
      "m/os_1.avhd": vhd(B, { id: A, name: "os.vhd" }),
    });
    assert.deepEqual(
      disks.map((disk) => disk.viewLeaf),
      ["m/os_1.avhd"],
    );
    const [node] = tree.checkpoints;
    assert.equal(node?.id, CHECKPOINT);
    assert.equal(node?.memory, true);
    assert.deepEqual(
      node?.disks.map((disk) => disk.path),
      ["m/os.vhd"],
    );
    assert.deepEqual(
      files.map((file) => [file.path.replace(/.*\//, ""), file.role, file.checkpoint]),
      [
        [`${CHECKPOINT}.VMRS`, "runtime", CHECKPOINT],
        [`${CHECKPOINT}.vmcx`, "configuration", CHECKPOINT],
        ["x.vmcx", "configuration", undefined],
      ],
    );
  });

  test("reads a real configuration of Hyper-V", needs("samples"), async () => {
    const { generation, warnings } = await read({
      "m/x.vmcx": readSample("gen1.vmcx.zst"),
      "m/os.vhdx": "torn",
    });
    assert.equal(generation, 1);
    assert.deepEqual(warnings, []);
  });
});
