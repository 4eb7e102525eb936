import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeVault } from "../backup/testing/index.ts";
import { guid } from "../base/index.ts";
import { MemoryStore, plainLayout } from "../disk/index.ts";
import { makeVhd } from "../formats/vhd/testing/index.ts";
import type { RestorePoint, StoredFile } from "../vault/index.ts";
import { readParentLinks } from "./parent-links.ts";

const A = guid("aaaaaaaa-0000-4000-8000-000000000001");
const B = guid("bbbbbbbb-0000-4000-8000-000000000002");

function vhd(uniqueId: typeof A, parent?: { id: typeof A; relativePath: string }): Uint8Array {
  return makeVhd({
    sizeBytes: 524_288,
    blockSizeBytes: 524_288,
    uniqueId,
    writes: [],
    ...(parent && { parent: { ...parent, name: "base.vhd" } }),
  });
}

/** What `readParentLinks()` says of these disks, once they are in a vault. */
async function links(disks: Readonly<Record<string, Uint8Array | string>>) {
  const vault = new FakeVault();
  await using session = await vault.openSession({});
  const files: StoredFile[] = [];
  for (const [path, content] of Object.entries(disks)) {
    const source = new MemoryStore(typeof content === "string" ? Buffer.from(content) : content);
    const layout = plainLayout(source.sizeBytes);
    const { recipe } = await session.storeFile(source, { layout });
    files.push({ path, role: "disk", sizeBytes: source.sizeBytes, recipe });
  }
  const found = await readParentLinks(vault, { files } as unknown as RestorePoint);
  assert.equal(vault.readersOpen, 0);
  return found;
}

describe("readParentLinks()", () => {
  test("finds the parent by its identity, whatever it is called", async () => {
    const found = await links({
      "D:\\m\\leaf.avhd": vhd(B, { id: A, relativePath: "..\\t\\base.vhd" }),
      "E:\\other\\renamed.vhd": vhd(A),
    });
    assert.deepEqual(
      [...found],
      [
        [
          "D:\\m\\leaf.avhd",
          { format: "vhd", relativePath: "..\\t\\base.vhd", parentPath: "E:\\other\\renamed.vhd" },
        ],
      ],
    );
  });

  test("takes, of two copies of one parent, the one of the right name nearest to the child", async () => {
    const found = await links({
      "D:\\copy\\base.vhd": vhd(A),
      "D:\\m\\backup.vhd": vhd(A),
      "D:\\m\\base.vhd": vhd(A),
      "D:\\m\\leaf.avhd": vhd(B, { id: A, relativePath: ".\\base.vhd" }),
    });
    assert.equal(found.get("D:\\m\\leaf.avhd")?.parentPath, "D:\\m\\base.vhd");
  });

  test("says when the parent is not among the files, and passes over what is no disk", async () => {
    const found = await links({
      "D:\\m\\leaf.avhd": vhd(B, { id: A, relativePath: ".\\base.vhd" }),
      "D:\\m\\torn.vhdx": "vhdxfile",
    });
    assert.deepEqual([...found.keys()], ["D:\\m\\leaf.avhd"]);
    assert.equal(found.get("D:\\m\\leaf.avhd")?.parentPath, undefined);
  });
});
