/*
 * What nobody has seen of real files (docs/unconfirmed.md, `vmcx-…`): files in our form and in the other one are read alike,
 * or as the page says.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crc32 } from "node:zlib";
import { guid } from "../../base/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { integerKey, type Key, type KeyNode, nodeKey, rootKey, textKey } from "./key-tree.ts";
import type { ConfiguredDisk, MachineConfiguration } from "./machine-configuration.ts";
import { machineConfigurationTree } from "./machine-configuration-tree.ts";
import { openKeyValueStore } from "./open-key-value-store.ts";
import { readMachineConfiguration } from "./read-machine-configuration.ts";
import { encodeKeyValueStore } from "./write-key-value-store.ts";

const ID = guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c");
const SCSI = "_d422512d-2bf2-4752-809d-7b82b5fcb1b";
const machine: MachineConfiguration = {
  machineId: ID,
  settingsId: ID,
  kind: "machine",
  name: "web01",
  generation: 2,
  version: { major: 9, minor: 0 },
  memoryMegabytes: 4096,
  processors: 4,
  scsiControllers: 1,
  disks: [{ controller: "scsi", number: 0, location: 0, kind: "physical", path: "Disk 3" }],
  networkAdapters: [],
  checkpoints: [
    { id: guid("11111111-2222-3333-4444-555555555555"), name: "before", parentId: undefined },
    {
      id: guid("aaaaaaaa-2222-3333-4444-555555555555"),
      parentId: guid("11111111-2222-3333-4444-555555555555"),
    },
  ],
};

const opened = async (bytes: Uint8Array): Promise<KeyNode> =>
  (await openKeyValueStore(new MemoryStore(bytes))).root;
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The tree with another node in one place. */
function changed(node: KeyNode, path: readonly string[], change: (found: KeyNode) => KeyNode): KeyNode {
  const [first, ...rest] = path;
  if (first === undefined) return change(node);
  let hits = 0;
  const children = node.children.map((child): Key => {
    if (child.type !== "node" || !child.name.startsWith(first)) return child;
    hits++;
    return changed(child, rest, change);
  });
  assert.ok(hits > 0, `there is no ${first}`);
  return { ...node, children };
}

async function readingOf(
  path: readonly string[],
  change: (found: KeyNode) => KeyNode,
): Promise<MachineConfiguration> {
  const tree = changed(machineConfigurationTree(machine), ["configuration", ...path], change);
  return readMachineConfiguration(await opened(await encodeKeyValueStore(tree)));
}

/** Every key entry of a store that is not free: byte offset and length, by the offsets of OpenVMM's tables. */
function keyEntries(
  bytes: Buffer,
): { readonly at: number; readonly type: number; readonly covered: number }[] {
  const found: { at: number; type: number; covered: number }[] = [];
  for (const { offset, length } of objects(bytes, 2)) {
    for (let at = offset + 10; at < offset + length; at += bytes.readUInt32LE(at + 2)) {
      const [type, flags, nameBytes] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 20] ?? 0];
      if (type === 1) continue;
      const dataAt = at + 21 + nameBytes;
      const fixed: Readonly<Record<number, number>> = { 3: 8, 4: 8, 5: 8, 8: 4, 9: 12 };
      const inFile = (flags & 1) !== 0;
      const data = inFile ? 12 : (fixed[type] ?? 4 + bytes.readUInt32LE(dataAt));
      found.push({ at, type, covered: 21 + nameBytes + data });
    }
  }
  return found;
}

function objects(
  bytes: Buffer,
  wanted: number,
): { readonly entry: number; readonly offset: number; readonly length: number }[] {
  const entries = Array.from({ length: 227 }, (_, slot) => 0x2008 + 18 * slot);
  return entries
    .filter((entry) => bytes[entry] === wanted)
    .map((entry) => ({
      entry,
      offset: Number(bytes.readBigUInt64LE(entry + 5)),
      length: bytes.readUInt32LE(entry + 13),
    }));
}

function resealed(
  bytes: Buffer,
  at: number,
  form: { readonly length: number; readonly checksum: number },
): void {
  bytes.writeUInt32LE(0, at + form.checksum);
  bytes.writeUInt32LE(crc32(bytes.subarray(at, at + form.length)), at + form.checksum);
}

describe("a configuration in a form that nobody has seen", () => {
  test("vmcx-checkpoint-list: a list that is empty, or has another form, gives no checkpoints and nothing else less", async () => {
    const { checkpoints: _none, ...rest } = machine;
    const otherForms: readonly (readonly Key[])[] = [
      [integerKey("size", 0)],
      [integerKey("size", 2), textKey("0", "11111111-2222-3333-4444-555555555555")],
      [nodeKey("11111111-2222-3333-4444-555555555555", textKey("caption", "before"))],
    ];
    const place = ["global_settings", "snapshots", "list"];
    for (const children of otherForms) {
      const read = await readingOf(place, (list) => ({ ...list, children }));
      assert.deepEqual(plain(read), plain({ ...rest, checkpoints: [], diskMergePending: false }));
    }
    const ours = await readingOf(place, (list) => list);
    assert.deepEqual(plain(ours.checkpoints), plain(machine.checkpoints));
  });

  test("vmcx-checkpoint-identity: any type but the machine's is a checkpoint's, and its own id is taken", async () => {
    const settingsId = "99999999-2222-3333-4444-555555555555";
    for (const type of ["Snapshots", "Virtual Machine Snapshots", "Realized"]) {
      const read = await readingOf(["properties"], (found) => ({
        ...found,
        children: found.children.map((key) => {
          if (key.name === "type_id") return textKey("type_id", type);
          return key.name === "global_id" ? textKey("global_id", settingsId) : key;
        }),
      }));
      assert.deepEqual([read.kind, read.settingsId, read.machineId], ["checkpoint", settingsId, ID], type);
    }
  });

  test("vmcx-generation-2: devices and keys that nobody knows change nothing", async () => {
    const tpm = "_26c53f36-0ee3-4b34-8a35-4dd5a3a7a0a1_";
    const read = await readingOf([], (configuration) => ({
      ...configuration,
      children: [
        nodeKey(
          tpm,
          integerKey("VDEVVersion", 256),
          nodeKey("controller0", nodeKey("drive0", textKey("type", "VHD"))),
        ),
        nodeKey("security", nodeKey("tpm", integerKey("enabled", 1))),
        ...configuration.children,
      ],
    }));
    const without = await readingOf([], (same) => same);
    assert.deepEqual(plain(read), plain(without));
    assert.equal(read.generation, 2);
  });

  test("vmcx-physical-disk: NONE with a path is a disk of the host; a type of its own is unknown, with its path", async () => {
    const typed = async (type: string): Promise<readonly ConfiguredDisk[]> =>
      (
        await readingOf([SCSI, "controller0", "drive0"], (drive) => ({
          ...drive,
          children: [...drive.children.filter(({ name }) => name !== "type"), textKey("type", type)],
        }))
      ).disks;
    const place = { controller: "scsi", number: 0, location: 0, path: "Disk 3" };
    assert.deepEqual(await typed("NONE"), [{ ...place, kind: "physical" }]);
    assert.deepEqual(await typed("PHYSICAL"), [{ ...place, kind: "unknown" }]);
  });
});

const SIBLINGS = rootKey(
  nodeKey("list", textKey("item", "one"), textKey("item", "two"), textKey("other", "x")),
  { name: "long", type: "string", value: "y".repeat(3000) },
);

describe("a store with other flags than ours", () => {
  test("vmcx-array-flag: siblings of one name are the same with the flag, without it, and with it everywhere", async () => {
    const ours = Buffer.from(await encodeKeyValueStore(SIBLINGS));
    const flagged = keyEntries(ours).filter(({ at }) => ((ours[at + 1] ?? 0) & 2) !== 0);
    assert.equal(flagged.length, 2, "the two of one name");
    for (const isSet of [false, true]) {
      const bytes = Buffer.from(ours);
      for (const { at, covered } of keyEntries(bytes)) {
        bytes[at + 1] = ((bytes[at + 1] ?? 0) & ~2) | (isSet ? 2 : 0);
        resealed(bytes, at, { length: covered, checksum: 12 });
      }
      assert.notDeepEqual(bytes, ours);
      const [list] = (await opened(bytes)).children;
      assert.deepEqual(list, SIBLINGS.children[0]);
    }
  });

  test("vmcx-file-object-flags: a big value is the same with other flags and a size that is not rounded", async () => {
    const ours = Buffer.from(await encodeKeyValueStore(SIBLINGS));
    const [file] = objects(ours, 3);
    assert.ok(file !== undefined);
    assert.deepEqual([ours[file.entry + 17], file.length], [1, 8192]);
    const bytes = Buffer.from(ours);
    bytes[file.entry + 17] = 0;
    bytes.writeUInt32LE(6000, file.entry + 13);
    resealed(bytes, file.entry, { length: 18, checksum: 1 });
    for (const store of [ours, bytes]) {
      const long = (await opened(store)).children[1];
      assert.deepEqual(long, SIBLINGS.children[1]);
    }
  });
});
