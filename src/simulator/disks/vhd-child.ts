import { type Entropy, newGuid, type StructValue } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import {
  DYNAMIC_COOKIE,
  DynamicHeader,
  type Footer,
  ParentLocator,
  SECTOR_BYTES,
  TABLE_ENTRY_BYTES,
  VERSION,
} from "../../formats/vhd/index.ts";
import { relativeWindowsPath, windowsFileName, windowsParentFolder } from "../../places/index.ts";
import { sealedFooter, sealedHeader } from "./vhd-image.ts";

const DIFFERENCING = 4;
const ALL_ONES = 0xffff_ffff_ffff_ffffn;
const BLOCK_BYTES = 2 * 1024 * 1024; // what Windows makes
const HEADER_OFFSET = SECTOR_BYTES;
const TABLE_OFFSET = HEADER_OFFSET + DynamicHeader.sizeBytes;
/** Room for each path, so that it can be replaced by a longer one. */
const LOCATOR_SPACE = 4096;
const PLATFORMS = ["W2ru", "W2ku"] as const;

export interface VhdParentage {
  readonly child: string;
  readonly parent: string;
  /** The parent's own footer. */
  readonly footer: StructValue<typeof Footer>;
}

/** Makes an empty differencing VHD in an empty store: footer, header, table, locators, footer. */
export async function writeVhdChild(
  store: ByteStore,
  parentage: VhdParentage,
  entropy: Entropy,
): Promise<void> {
  const { footer: parent } = parentage;
  const entries = Math.ceil(parent.currentSizeBytes / BLOCK_BYTES);
  const tableBytes = Math.ceil((entries * TABLE_ENTRY_BYTES) / SECTOR_BYTES) * SECTOR_BYTES;
  const footer = sealedFooter({
    ...parent,
    dataOffset: BigInt(HEADER_OFFSET),
    diskType: DIFFERENCING,
    uniqueId: newGuid(entropy),
    creatorApplication: "win ",
    creatorHostOs: "Wi2k",
    savedState: 0,
    checksum: 0,
  });
  const locatorOffset = TABLE_OFFSET + tableBytes;
  const header: StructValue<typeof DynamicHeader> = {
    cookie: DYNAMIC_COOKIE,
    dataOffset: ALL_ONES,
    tableOffset: TABLE_OFFSET,
    version: VERSION,
    maxTableEntries: entries,
    blockSizeBytes: BLOCK_BYTES,
    checksum: 0,
    ...parentFields(parentage, locatorOffset),
  };
  await store.write(footer, 0);
  await store.write(sealedHeader(header), HEADER_OFFSET);
  await store.write(new Uint8Array(tableBytes).fill(0xff), TABLE_OFFSET);
  for (const [at, path] of parentPaths(parentage).entries())
    await store.write(padded(utf16(path, "little")), locatorOffset + at * LOCATOR_SPACE);
  await store.write(footer, locatorOffset + PLATFORMS.length * LOCATOR_SPACE);
}

/** Makes an existing child name another parent; its locators are the ones that `writeVhdChild` made. */
export async function rewriteVhdParent(
  store: ByteStore,
  header: StructValue<typeof DynamicHeader>,
  parentage: VhdParentage,
): Promise<void> {
  const locatorOffset = ParentLocator.decode(header.locators).dataOffset;
  const changed = { ...header, ...parentFields(parentage, locatorOffset) };
  for (const [at, path] of parentPaths(parentage).entries())
    await store.write(padded(utf16(path, "little")), locatorOffset + at * LOCATOR_SPACE);
  await store.write(sealedHeader(changed), HEADER_OFFSET);
}

function parentFields(parentage: VhdParentage, locatorOffset: number) {
  const locators = new Uint8Array(8 * ParentLocator.sizeBytes);
  for (const [at, path] of parentPaths(parentage).entries()) {
    const locator = ParentLocator.encode({
      platform: PLATFORMS[at] ?? "",
      dataSpace: LOCATOR_SPACE,
      dataLength: 2 * path.length,
      dataOffset: locatorOffset + at * LOCATOR_SPACE,
    });
    locators.set(locator, at * ParentLocator.sizeBytes);
  }
  return {
    parentId: parentage.footer.uniqueId,
    parentTimestamp: parentage.footer.timestamp,
    parentName: utf16(windowsFileName(parentage.parent), "big"),
    locators,
  };
}

/** Relative and absolute, in the order of `PLATFORMS`. */
function parentPaths({ child, parent }: VhdParentage): readonly string[] {
  return [relativeWindowsPath(windowsParentFolder(child) ?? "", parent) ?? parent, parent];
}

function utf16(text: string, order: "little" | "big"): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), order === "little");
  return bytes;
}

function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(LOCATOR_SPACE);
  result.set(bytes.subarray(0, LOCATOR_SPACE));
  return result;
}
