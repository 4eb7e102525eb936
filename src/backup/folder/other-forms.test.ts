/*
 * Folders whose configurations look as nobody has seen them (docs/unconfirmed.md, `vmcx-…` and `vmrs-…`): what is told, and
 * that every file is kept.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, ZERO_GUID } from "../../base/index.ts";
import { makeVhd } from "../../formats/vhd/testing/index.ts";
import {
  bytesKey,
  encodeKeyValueStore,
  type Key,
  type KeyNode,
  type MachineConfiguration,
  machineConfigurationTree,
  nodeKey,
  rootKey,
  textKey,
} from "../../formats/vmcx/index.ts";
import { MemoryHostFiles } from "../testing/index.ts";
import { type FolderConfiguration, readFolderConfiguration } from "./folder-configuration.ts";

const MACHINE = guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b02");
const FIRST = guid("9c0d1e2f-0000-4000-8000-000000000001");
const SECOND = guid("9c0d1e2f-0000-4000-8000-000000000002");
const OS = { controller: "scsi", number: 0, location: 0, kind: "vhd", path: "D:\\os.vhd" } as const;
const usual: MachineConfiguration = {
  machineId: MACHINE,
  settingsId: MACHINE,
  kind: "machine",
  name: "db01",
  generation: 2,
  version: { major: 9, minor: 0 },
  memoryMegabytes: 1024,
  processors: 2,
  scsiControllers: 1,
  disks: [OS],
  networkAdapters: [],
  checkpoints: [
    { id: FIRST, name: "first", parentId: undefined },
    { id: SECOND, name: "second", parentId: FIRST },
  ],
};
const osDisk = makeVhd({
  sizeBytes: 524_288,
  blockSizeBytes: 524_288,
  uniqueId: guid("aaaaaaaa-0000-4000-8000-000000000001"),
  writes: [],
});

/** A configuration, with what is written at a path below `configuration` exchanged. */
async function vmcx(
  facts: Partial<MachineConfiguration>,
  exchange: Readonly<Record<string, Key>> = {},
): Promise<Uint8Array> {
  const exchanged = (node: KeyNode, path: string): KeyNode => ({
    ...node,
    children: node.children.map((child) => {
      const here = `${path}${child.name}`;
      return exchange[here] ?? (child.type === "node" ? exchanged(child, `${here}/`) : child);
    }),
  });
  const [root] = machineConfigurationTree({ ...usual, ...facts }).children;
  assert.ok(root?.type === "node");
  return await encodeKeyValueStore(rootKey(exchanged(root, "")));
}

async function read(files: Readonly<Record<string, Uint8Array | string>>): Promise<FolderConfiguration> {
  const machine = { id: ZERO_GUID, name: "m", files: Object.keys(files).sort(), uncovered: [] };
  return await readFolderConfiguration(machine, { files: new MemoryHostFiles(files) });
}

const OWN = `m/Virtual Machines/${MACHINE.toUpperCase()}.vmcx`;
const checkpointFile = (id: string): string => `m/Snapshots/${id.toUpperCase()}.vmcx`;
const checkpoints = async (exchange: Readonly<Record<string, Key>> = {}) => ({
  [checkpointFile(FIRST)]: await vmcx({ settingsId: FIRST, kind: "checkpoint", name: "db01" }, exchange),
  [checkpointFile(SECOND)]: await vmcx({ settingsId: SECOND, kind: "checkpoint", name: "db01" }, exchange),
});
const treeOf = ({ tree }: FolderConfiguration) =>
  tree.checkpoints.map(({ id, name, parent }) => [id, name, parent]);

describe("a folder whose configurations have another form", () => {
  test("vmcx-checkpoint-list: with an empty list each checkpoint is a root by its own name; with ours the tree is there", async () => {
    const files = { ...(await checkpoints()), "m/os.vhd": osDisk };
    const ours = await read({ ...files, [OWN]: await vmcx({}) });
    assert.deepEqual(treeOf(ours), [
      [FIRST, "first", null],
      [SECOND, "second", FIRST],
    ]);
    const empty = await read({ ...files, [OWN]: await vmcx({ checkpoints: [] }) });
    assert.deepEqual(treeOf(empty), [
      [FIRST, "db01", null],
      [SECOND, "db01", null],
    ]);
    assert.deepEqual([empty.warnings, empty.files.length], [[], 3]);
  });

  test("vmcx-checkpoint-identity: with the machine's id inside, a checkpoint is told by its file's name", async () => {
    const forms: readonly Readonly<Record<string, Key>>[] = [
      {},
      { "properties/type_id": textKey("type_id", "Virtual Machine Snapshots") },
      { "properties/global_id": textKey("global_id", MACHINE) },
      {
        "properties/global_id": textKey("global_id", MACHINE),
        "properties/type_id": textKey("type_id", "Virtual Machines"),
      },
    ];
    for (const form of forms) {
      const found = await read({ ...(await checkpoints(form)), [OWN]: await vmcx({}), "m/os.vhd": osDisk });
      assert.deepEqual(treeOf(found), [
        [FIRST, "first", null],
        [SECOND, "second", FIRST],
      ]);
      assert.deepEqual(found.warnings, []);
      assert.deepEqual(
        found.disks.map(({ viewLeaf, location }) => [viewLeaf, location]),
        [["m/os.vhd", 0]],
      );
    }
  });

  test("vmcx-physical-disk: a disk of the host is uncovered by either form, and said so", async () => {
    const physical = { ...OS, location: 1, kind: "physical", path: "Disk 3" } as const;
    const ours = await read({ [OWN]: await vmcx({ disks: [OS, physical] }), "m/os.vhd": osDisk });
    assert.deepEqual(ours.uncovered, [
      { disk: "Disk 3", why: "it is a physical disk of the host that the machine was on" },
    ]);
    const drive = "_d422512d-2bf2-4752-809d-7b82b5fcb1b5_/controller0/drive1/type";
    const typed = await vmcx({ disks: [OS, physical] }, { [drive]: textKey("type", "PHYSICAL") });
    const other = await read({ [OWN]: typed, "m/os.vhd": osDisk });
    assert.deepEqual(other.uncovered, [
      { disk: "Disk 3", why: "the configuration has it as a medium of a kind that is not known" },
    ]);
    assert.deepEqual(other.disks.length, 1);
  });

  test("vmrs-saved-state: saved states are kept as they are, in our form, in another one and in none", async () => {
    const block = { version: "3", flags: "1" };
    const compressed = rootKey(
      nodeKey(
        "savedstate",
        bytesKey("RamMemoryBlock0", Buffer.from(JSON.stringify(block))),
        bytesKey("RamMemoryBlock1", new Uint8Array(48)),
        bytesKey("RamBlock0", new Uint8Array(777)), // no whole MiB: a compressed one
      ),
    );
    for (const state of [await encodeKeyValueStore(compressed), "no store at all"]) {
      const vmrs = checkpointFile(FIRST).replace("vmcx", "VMRS");
      const found = await read({
        ...(await checkpoints()),
        [OWN]: await vmcx({}),
        [vmrs]: state,
        "m/os.vhd": osDisk,
      });
      assert.deepEqual(found.warnings, []);
      assert.deepEqual(
        found.files.find(({ path }) => path === vmrs),
        { path: vmrs, role: "runtime", checkpoint: FIRST },
      );
      assert.deepEqual(
        found.tree.checkpoints.map(({ id, memory }) => [id, memory]),
        [
          [FIRST, true],
          [SECOND, false],
        ],
      );
    }
  });
});
