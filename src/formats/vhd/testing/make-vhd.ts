import { type Guid, guid, ZERO_GUID } from "../../../base/index.ts";
import { vhdChecksum } from "../checksum.ts";
import { DynamicHeader, Footer, ParentLocator } from "../layout.ts";

export interface VhdRecipe {
  readonly sizeBytes: number;
  readonly blockSizeBytes?: number;
  readonly uniqueId?: Guid;
  /** Whole sectors; blocks that are touched are stored, the last of the disk first in the file. */
  readonly writes: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  /** Makes it a differencing disk: only written sectors are marked, the others of their blocks are filled with 0xAA. */
  readonly parent?: { readonly id: Guid; readonly name: string; readonly relativePath?: string };
}

const ALL_ONES = 2n ** 64n - 1n;

/** A dynamic or differencing VHD, byte for byte after the specification; for tests, and judged there by other programs. */
export function makeVhd(recipe: VhdRecipe): Uint8Array {
  const blockSize = recipe.blockSizeBytes ?? 2 * 1024 * 1024;
  const blockCount = Math.ceil(recipe.sizeBytes / blockSize);
  const tableOffset = Footer.sizeBytes + DynamicHeader.sizeBytes;
  const locatorOffset = tableOffset + Math.ceil((blockCount * 4) / 512) * 512;
  const firstBlock = locatorOffset + 512;
  const bitmapBytes = Math.ceil(blockSize / 512 / 8 / 512) * 512;
  const touched = new Set(recipe.writes.map((write) => Math.floor(write.offset / blockSize)));
  const places = new Map([...touched].sort((a, b) => b - a).map((block, n) => [block, n]));
  const stride = bitmapBytes + blockSize;
  const bytes = new Uint8Array(firstBlock + places.size * stride + Footer.sizeBytes);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blockCount; block++) {
    const place = places.get(block);
    const sector = place === undefined ? 0xffff_ffff : (firstBlock + place * stride) / 512;
    view.setUint32(tableOffset + 4 * block, sector);
  }
  if (recipe.parent !== undefined) bytes.fill(0xaa, firstBlock, firstBlock + places.size * stride);
  for (const place of places.values()) {
    const at = firstBlock + place * stride;
    bytes.fill(recipe.parent === undefined ? 0xff : 0, at, at + bitmapBytes);
  }
  for (const write of recipe.writes) {
    const block = Math.floor(write.offset / blockSize);
    const at = firstBlock + (places.get(block) ?? 0) * stride;
    const inBlock = write.offset - block * blockSize;
    bytes.set(write.bytes, at + bitmapBytes + inBlock);
    for (let sector = inBlock / 512; sector < (inBlock + write.bytes.length) / 512; sector++) {
      bytes[at + (sector >> 3)] = (bytes[at + (sector >> 3)] ?? 0) | (0x80 >> (sector & 7));
    }
  }
  const path = utf16(recipe.parent?.relativePath ?? "", "little-endian");
  bytes.set(path, locatorOffset);
  const header = dynamicHeader(recipe, { blockSize, blockCount, tableOffset, locatorOffset, path });
  const footer = vhdFooter({ ...recipe, kind: recipe.parent === undefined ? 3 : 4 });
  bytes.set(footer, 0);
  bytes.set(header, Footer.sizeBytes);
  bytes.set(footer, bytes.length - footer.length);
  return bytes;
}

/** A footer with a right checksum. Kind: 2 fixed, 3 dynamic, 4 differencing. */
export function vhdFooter(facts: { sizeBytes: number; kind: number; uniqueId?: Guid }): Uint8Array {
  const footer = Footer.encode({
    cookie: "conectix",
    features: 2,
    version: 0x1_0000,
    dataOffset: facts.kind === 2 ? ALL_ONES : BigInt(Footer.sizeBytes),
    timestamp: 638_382_991,
    creatorApplication: "win ",
    creatorVersion: 0xa_0000,
    creatorHostOs: "Wi2k",
    originalSizeBytes: facts.sizeBytes,
    currentSizeBytes: facts.sizeBytes,
    cylinders: 65_535,
    heads: 16,
    sectorsPerTrack: 255,
    diskType: facts.kind,
    checksum: 0,
    uniqueId: facts.uniqueId ?? guid("0f0e0d0c-0b0a-0908-0706-050403020100"),
    savedState: 0,
  });
  return sealed(footer, Footer.offsetOf("checksum"));
}

interface Placement {
  readonly blockSize: number;
  readonly blockCount: number;
  readonly tableOffset: number;
  readonly locatorOffset: number;
  readonly path: Uint8Array;
}

function dynamicHeader(recipe: VhdRecipe, place: Placement): Uint8Array {
  const locators = new Uint8Array(192);
  if (place.path.length > 0) {
    const locator = { platform: "W2ru", dataSpace: 512, dataLength: place.path.length };
    locators.set(ParentLocator.encode({ ...locator, dataOffset: place.locatorOffset }));
  }
  const header = DynamicHeader.encode({
    cookie: "cxsparse",
    dataOffset: ALL_ONES,
    tableOffset: place.tableOffset,
    version: 0x1_0000,
    maxTableEntries: place.blockCount,
    blockSizeBytes: place.blockSize,
    checksum: 0,
    parentId: recipe.parent?.id ?? ZERO_GUID,
    parentTimestamp: 0,
    parentName: utf16(recipe.parent?.name ?? "", "big-endian"),
    locators,
  });
  return sealed(header, DynamicHeader.offsetOf("checksum"));
}

function sealed(bytes: Uint8Array, field: number): Uint8Array {
  new DataView(bytes.buffer).setUint32(field, vhdChecksum(bytes, field));
  return bytes;
}

function utf16(text: string, order: "little-endian" | "big-endian"): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < text.length; n++) view.setUint16(2 * n, text.charCodeAt(n), order === "little-endian");
  return bytes;
}
