import type { Guid } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { hasGoodChecksum } from "./checksum.ts";
import { VhdxRegionTableCorruptError, VhdxTruncatedError, VhdxUnsupportedError } from "./errors.ts";
import type { FileArea } from "./file-header.ts";
import {
  ALIGNMENT,
  BLOCK_TABLE_REGION,
  MAX_TABLE_ENTRIES,
  METADATA_REGION,
  REGION_REQUIRED,
  REGION_TABLE_BYTES,
  REGION_TABLE_OFFSETS,
  REGION_TABLE_SIGNATURE,
  RegionTableEntry,
  RegionTableHeader,
} from "./layout.ts";
import type { Tolerance } from "./tolerance.ts";

export interface Region extends FileArea {
  readonly id: Guid;
  readonly isRequired: boolean;
}

/** The regions of a file, checked: aligned, within the file, apart from each other and from the log. */
export interface Regions {
  readonly blockTable: Region;
  readonly metadata: Region;
  /** Unknown ones, which are kept untouched. */
  readonly others: readonly Region[];
}

/** One of the two region tables as it was found. */
export interface RegionTableCopy {
  readonly number: 1 | 2;
  readonly hasSignature: boolean;
  /** Signature and checksum are right. */
  readonly isValid: boolean;
  /** The whole 64 KiB. */
  readonly bytes: Uint8Array;
}

/** Both tables, whatever their state; the source is the replayed one, because logs rewrite region tables. */
export async function readRegionTableCopies(
  source: ByteSource,
): Promise<readonly [RegionTableCopy, RegionTableCopy]> {
  return [await readCopy(source, 1), await readCopy(source, 2)];
}

async function readCopy(source: ByteSource, number: 1 | 2): Promise<RegionTableCopy> {
  const bytes = await readBytes(source, REGION_TABLE_OFFSETS[number - 1] as number, REGION_TABLE_BYTES);
  const hasSignature = RegionTableHeader.decode(bytes).signature === REGION_TABLE_SIGNATURE;
  return { number, hasSignature, isValid: hasSignature && hasGoodChecksum(bytes), bytes };
}

/** The first table that verifies. @throws {VhdxRegionTableCorruptError} when none does. */
export function currentRegionTable(
  copies: readonly RegionTableCopy[],
  tolerance: Tolerance,
): RegionTableCopy {
  const valid = copies.find((copy) => copy.isValid);
  if (valid !== undefined) return valid;
  const corrupt = new VhdxRegionTableCorruptError(
    "Cannot read the VHDX: neither of its two region tables verifies",
  );
  const signed = copies.find((copy) => copy.hasSignature);
  if (signed === undefined) throw corrupt;
  tolerance.tolerate(corrupt);
  return signed;
}

/** The entries as they stand in a table. @throws {VhdxRegionTableCorruptError} when it claims more than fit. */
export function decodeRegions(table: Uint8Array): readonly Region[] {
  const { entryCount } = RegionTableHeader.decode(table);
  if (entryCount > MAX_TABLE_ENTRIES)
    throw new VhdxRegionTableCorruptError(`Cannot read the region table: it claims ${entryCount} entries`);
  return Array.from({ length: entryCount }, (_, i) => {
    const at = RegionTableHeader.sizeBytes + i * RegionTableEntry.sizeBytes;
    const entry = RegionTableEntry.decode(table, at);
    return {
      id: entry.regionId,
      offset: entry.fileOffset,
      length: entry.length,
      isRequired: (entry.flags & REGION_REQUIRED) !== 0,
    };
  });
}

export interface RegionContext {
  /** Length of the file after the replay. */
  readonly sizeBytes: number;
  readonly log: FileArea | undefined;
  readonly tolerance: Tolerance;
}

/**
 * Holds the regions against the rules of [MS-VHDX] 2.2.3. The known ones need no "required" bit: QEMU 1.6 left it out.
 *
 * @throws {VhdxRegionTableCorruptError} @throws {VhdxUnsupportedError} on an unknown required region.
 * @throws {VhdxTruncatedError} when a region lies behind the end of the file.
 */
export function checkRegions(regions: readonly Region[], context: RegionContext): Regions {
  const ids = new Set(regions.map((region) => region.id));
  if (ids.size !== regions.length)
    throw new VhdxRegionTableCorruptError("Cannot use the region table: it names a region twice");
  for (const region of regions) checkPlace(region, context);
  checkApart(context.log === undefined ? regions : [...regions, context.log]);
  const known = (id: Guid): boolean => id === BLOCK_TABLE_REGION || id === METADATA_REGION;
  const unknown = regions.find((region) => region.isRequired && !known(region.id));
  if (unknown !== undefined)
    throw new VhdxUnsupportedError(`Cannot read the VHDX: it requires the unknown region ${unknown.id}`);
  return {
    blockTable: mustHave(regions, BLOCK_TABLE_REGION),
    metadata: mustHave(regions, METADATA_REGION),
    others: regions.filter((region) => !known(region.id)),
  };
}

function checkPlace(region: Region, context: RegionContext): void {
  const { id, offset, length } = region;
  if (offset < ALIGNMENT || offset % ALIGNMENT !== 0 || length === 0 || length % ALIGNMENT !== 0)
    throw new VhdxRegionTableCorruptError(
      `Cannot use the region table: region ${id} has ${length} bytes at ${offset}`,
    );
  if (offset + length > context.sizeBytes)
    context.tolerance.tolerate(
      new VhdxTruncatedError(
        `Cannot read the VHDX: region ${id} ends at ${offset + length}, the file at ${context.sizeBytes}`,
      ),
    );
}

function checkApart(areas: readonly FileArea[]): void {
  const ordered = areas.toSorted((a, b) => a.offset - b.offset);
  for (const [i, area] of ordered.entries()) {
    const next = ordered[i + 1];
    if (next !== undefined && area.offset + area.length > next.offset)
      throw new VhdxRegionTableCorruptError(
        `Cannot use the region table: what lies at ${area.offset} and at ${next.offset} overlaps`,
      );
  }
}

function mustHave(regions: readonly Region[], id: Guid): Region {
  const found = regions.find((region) => region.id === id);
  if (found === undefined)
    throw new VhdxRegionTableCorruptError(`Cannot use the region table: region ${id} is missing`);
  return found;
}
