import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, KIB, MIB, TIB } from "../../base/index.ts";
import { VhdxIncompleteError, VhdxMetadataCorruptError, VhdxUnsupportedError } from "./errors.ts";
import {
  FILE_PARAMETERS_ITEM,
  INCOMPLETE_FILE_ITEM,
  METADATA_REQUIRED,
  METADATA_USER,
  SectorSize,
  VIRTUAL_DISK_SIZE_ITEM,
} from "./layout.ts";
import { readDiskMetadata } from "./metadata.ts";
import { readMetadataItems } from "./metadata-table.ts";
import {
  DISK_ID,
  goodItems,
  SPELLED,
  type SpelledItem,
  type SpelledVhdx,
  spellMetadata,
  spellVhdx,
} from "./testing/index.ts";

const UNKNOWN = guid("55555555-5555-4555-8555-555555555555");
const REGION = { offset: SPELLED.metadata, length: MIB };

async function metadataOf(spelled: SpelledVhdx) {
  const store = await spellVhdx(spelled);
  return await readDiskMetadata(store, await readMetadataItems(store, REGION));
}

const withItems = async (...items: readonly SpelledItem[]) =>
  await metadataOf({ items: [...goodItems(), ...items] });

const extra = (fields: Partial<SpelledItem> = {}): SpelledItem => ({
  itemId: UNKNOWN,
  flags: 0,
  bytes: Uint8Array.of(1, 2, 3),
  ...fields,
});

test("`readDiskMetadata()` reads every item", async () => {
  const locator = { parent_linkage: "{83FAAC57-2F56-4652-866D-E486522C4F8D}" };
  assert.deepEqual(
    await metadataOf({ virtualSizeBytes: 3 * TIB, blockSizeBytes: 2 * MIB, sectorBytes: 4096, locator }),
    {
      blockSizeBytes: 2 * MIB,
      leaveBlocksAllocated: false,
      hasParent: true,
      virtualSizeBytes: 3 * TIB,
      logicalSectorBytes: 4096,
      physicalSectorBytes: 4096,
      virtualDiskId: DISK_ID,
      parentLocator: {
        linkage: guid("83faac57-2f56-4652-866d-e486522c4f8d"),
        linkage2: undefined,
        relativePath: undefined,
        volumePath: undefined,
        absolutePath: undefined,
      },
    },
  );
});

test("`readDiskMetadata()` does not mind items that it does not know, nor a user's item of a known name", async () => {
  const users = extra({ itemId: FILE_PARAMETERS_ITEM, flags: METADATA_USER });
  assert.equal((await withItems(users, extra(), extra({ flags: METADATA_USER }))).blockSizeBytes, MIB);
});

test("`readDiskMetadata()` refuses a required item that it does not know, and an unfinished file", async () => {
  await assert.rejects(withItems(extra({ flags: METADATA_REQUIRED })), VhdxUnsupportedError);
  await assert.rejects(withItems(extra({ itemId: INCOMPLETE_FILE_ITEM })), VhdxIncompleteError);
});

test("`readDiskMetadata()` refuses each item that is missing or has another length", async () => {
  for (const [i] of goodItems().entries()) {
    await assert.rejects(metadataOf({ items: goodItems().toSpliced(i, 1) }), VhdxMetadataCorruptError);
    const items = goodItems().map((item, at) => (at === i ? { ...item, bytes: new Uint8Array(3) } : item));
    await assert.rejects(metadataOf({ items }), VhdxMetadataCorruptError);
  }
});

test("`readDiskMetadata()` refuses sizes that the format does not have", async () => {
  const broken: SpelledVhdx[] = [
    { blockSizeBytes: 0 },
    { blockSizeBytes: 3 * MIB },
    { blockSizeBytes: 512 * KIB },
    { blockSizeBytes: 512 * MIB },
    { blockSizeBytes: 2 ** 31 },
    { sectorBytes: 0 },
    { sectorBytes: 1024 },
    { virtualSizeBytes: 64 * TIB + 512 },
    { virtualSizeBytes: 513 },
    { virtualSizeBytes: 512, sectorBytes: 4096 },
  ];
  for (const spelled of broken)
    await assert.rejects(metadataOf(spelled), VhdxMetadataCorruptError, JSON.stringify(spelled));
});

test("`readMetadataItems()` knows empty items", async () => {
  const store = await spellVhdx({ items: [...goodItems(), extra({ bytes: new Uint8Array(0) })] });
  const items = await readMetadataItems(store, REGION);
  assert.deepEqual(items.at(-1), {
    id: UNKNOWN,
    isUser: false,
    isVirtualDisk: false,
    isRequired: false,
    fileOffset: SPELLED.metadata,
    length: 0,
  });
});

test("`readMetadataItems()` refuses items that leave the region, overlap or stand twice", async () => {
  const broken: SpelledItem[][] = [
    [extra({ offset: 32 })], // over the table
    [extra({ offset: MIB - 2 })], // over the end
    [extra({ offset: 2 ** 32 - 1 })],
    [extra({ offset: 64 * KIB + 4 })], // over the file parameters
    [extra({ bytes: new Uint8Array(0), offset: 70000 })], // empty, and yet somewhere
    [extra(), extra()],
  ];
  for (const items of broken) await assert.rejects(withItems(...items), VhdxMetadataCorruptError);
});

test("`readMetadataItems()` refuses a table that is none, or claims too much", async () => {
  const tables = [new Uint8Array(64), spellMetadata(goodItems(), 2048), spellMetadata(goodItems(), 65535)];
  for (const bytes of tables) {
    const store = await spellVhdx({ patches: [{ offset: SPELLED.metadata, bytes }] });
    await assert.rejects(readMetadataItems(store, REGION), VhdxMetadataCorruptError);
  }
});

test("a size above 2^53 is refused with a type, too", async () => {
  const items = goodItems().map((item) =>
    item.itemId === VIRTUAL_DISK_SIZE_ITEM ? { ...item, bytes: new Uint8Array(8).fill(255) } : item,
  );
  await assert.rejects(metadataOf({ items }), { code: "field-too-large" });
});

test("the physical sector size may differ from the logical one", async () => {
  const items = goodItems().with(4, {
    ...(goodItems()[4] as SpelledItem),
    bytes: SectorSize.encode({ sizeBytes: 512 }),
  });
  assert.equal((await metadataOf({ items })).physicalSectorBytes, 512);
});
