import { type Entropy, type Guid, MIB, newGuid, ZERO_GUID } from "../../base/index.ts";
import type { NewMetadataItem } from "./encode-metadata.ts";
import { encodeParentLocator } from "./encode-parent-locator.ts";
import {
  FILE_PARAMETERS_ITEM,
  FileParameters,
  HAS_PARENT,
  LEAVE_BLOCKS_ALLOCATED,
  LOGICAL_SECTOR_SIZE_ITEM,
  MAX_BLOCK_SIZE_BYTES,
  MAX_VIRTUAL_SIZE_BYTES,
  METADATA_REQUIRED,
  METADATA_VIRTUAL_DISK,
  MIN_BLOCK_SIZE_BYTES,
  PARENT_LOCATOR_ITEM,
  PHYSICAL_SECTOR_SIZE_ITEM,
  SECTOR_SIZES,
  SectorSize,
  VIRTUAL_DISK_ID_ITEM,
  VIRTUAL_DISK_SIZE_ITEM,
  VirtualDiskId,
  VirtualDiskSize,
} from "./layout.ts";
import { LocatorKey } from "./parent-locator.ts";

/** What a new differencing disk builds on. At least one path must be given. */
export interface NewParent {
  /** The parent's present one: the link. */
  readonly dataWriteGuid: Guid;
  /** The child is the same disk, so it has the same identity. */
  readonly virtualDiskId: Guid;
  /** From the child's folder, with backslashes: `.\parent.vhdx`. */
  readonly relativePath?: string | undefined;
  readonly volumePath?: string | undefined;
  readonly absolutePath?: string | undefined;
}

export interface NewVhdx {
  readonly kind: "fixed" | "dynamic" | "differencing";
  /** A multiple of the logical sector, at most 64 TiB. */
  readonly virtualSizeBytes: number;
  /** A power of two, 1 to 256 MiB. As Windows: 32 MiB for dynamic disks, 2 MiB for others. */
  readonly blockSizeBytes?: number | undefined;
  /** 512 (the default) or 4096. */
  readonly logicalSectorBytes?: number | undefined;
  /** 512 or 4096 (the default). */
  readonly physicalSectorBytes?: number | undefined;
  readonly entropy: Entropy;
  /** Who made it, for diagnosis. */
  readonly creator?: string | undefined;
  /** With differencing disks, and only with them. */
  readonly parent?: NewParent | undefined;
}

/** A new disk's settings with all defaults, checked. */
export interface DiskSettings {
  readonly kind: NewVhdx["kind"];
  readonly virtualSizeBytes: number;
  readonly blockSizeBytes: number;
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number;
  readonly virtualDiskId: Guid;
  readonly parent: NewParent | undefined;
}

/** @throws {TypeError} when the format does not allow the settings: they come from the program, not from a file. */
export function diskSettings(disk: NewVhdx): DiskSettings {
  const defaultBlock = disk.kind === "dynamic" ? 32 * MIB : 2 * MIB;
  const settings = {
    kind: disk.kind,
    virtualSizeBytes: disk.virtualSizeBytes,
    blockSizeBytes: disk.blockSizeBytes ?? defaultBlock,
    logicalSectorBytes: disk.logicalSectorBytes ?? 512,
    physicalSectorBytes: disk.physicalSectorBytes ?? 4096,
    virtualDiskId: disk.parent?.virtualDiskId ?? newGuid(disk.entropy),
    parent: disk.parent,
  };
  checkSizes(settings);
  checkParent(settings);
  return settings;
}

function checkSizes(settings: DiskSettings): void {
  const { virtualSizeBytes, blockSizeBytes, logicalSectorBytes, physicalSectorBytes } = settings;
  const isPowerOfTwo = Number.isInteger(Math.log2(blockSizeBytes));
  if (!isPowerOfTwo || blockSizeBytes < MIN_BLOCK_SIZE_BYTES || blockSizeBytes > MAX_BLOCK_SIZE_BYTES)
    throw new TypeError(`No block size of VHDX: ${blockSizeBytes}`);
  for (const size of [logicalSectorBytes, physicalSectorBytes])
    if (!SECTOR_SIZES.includes(size)) throw new TypeError(`No sector size of VHDX: ${size}`);
  const isWhole = virtualSizeBytes % logicalSectorBytes === 0;
  if (!isWhole || virtualSizeBytes <= 0 || virtualSizeBytes > MAX_VIRTUAL_SIZE_BYTES)
    throw new TypeError(`No disk size of VHDX: ${virtualSizeBytes}`);
}

function checkParent({ kind, parent }: DiskSettings): void {
  if ((kind === "differencing") !== (parent !== undefined))
    throw new TypeError(`A ${kind} VHDX ${parent === undefined ? "without" : "with"} a parent`);
  if (parent !== undefined && locatorPaths(parent).length === 0)
    throw new TypeError("A differencing VHDX without a path to its parent");
}

/** The metadata of a new disk, in the order in which Windows writes it. */
export function diskItems(settings: DiskSettings): readonly NewMetadataItem[] {
  const { parent } = settings;
  const fixed = settings.kind === "fixed" ? LEAVE_BLOCKS_ALLOCATED : 0;
  const parameters = FileParameters.encode({
    blockSize: settings.blockSizeBytes,
    flags: parent === undefined ? fixed : HAS_PARENT,
  });
  const disk = METADATA_REQUIRED | METADATA_VIRTUAL_DISK;
  const sectorSize = (sizeBytes: number): Uint8Array => SectorSize.encode({ sizeBytes });
  const items: NewMetadataItem[] = [
    { id: FILE_PARAMETERS_ITEM, flags: METADATA_REQUIRED, bytes: parameters },
    {
      id: VIRTUAL_DISK_SIZE_ITEM,
      flags: disk,
      bytes: VirtualDiskSize.encode({ sizeBytes: settings.virtualSizeBytes }),
    },
    { id: LOGICAL_SECTOR_SIZE_ITEM, flags: disk, bytes: sectorSize(settings.logicalSectorBytes) },
    { id: PHYSICAL_SECTOR_SIZE_ITEM, flags: disk, bytes: sectorSize(settings.physicalSectorBytes) },
    { id: VIRTUAL_DISK_ID_ITEM, flags: disk, bytes: VirtualDiskId.encode({ id: settings.virtualDiskId }) },
  ];
  if (parent === undefined) return items;
  return [...items, { id: PARENT_LOCATOR_ITEM, flags: METADATA_REQUIRED, bytes: locatorItem(parent) }];
}

function locatorItem(parent: NewParent): Uint8Array {
  return encodeParentLocator(
    new Map([
      [LocatorKey.linkage, bracedGuid(parent.dataWriteGuid)],
      // the specification knows it only in merges, but Hyper-V always writes it, as zeros
      [LocatorKey.linkage2, bracedGuid(ZERO_GUID)],
      ...locatorPaths(parent),
    ]),
  );
}

/** The paths that are given, with their keys. */
export function locatorPaths(
  paths: Pick<NewParent, "relativePath" | "volumePath" | "absolutePath">,
): readonly (readonly [key: string, path: string])[] {
  const all = [
    [LocatorKey.relativePath, paths.relativePath],
    [LocatorKey.volumePath, paths.volumePath],
    [LocatorKey.absolutePath, paths.absolutePath],
  ] as const;
  return all.flatMap(([key, path]) => (path === undefined || path === "" ? [] : [[key, path] as const]));
}

/** As GUIDs stand in locators. */
export function bracedGuid(guid: Guid): string {
  return `{${guid}}`;
}
