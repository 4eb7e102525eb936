import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, MIB } from "../../base/index.ts";
import { VhdxRegionTableCorruptError, VhdxTruncatedError, VhdxUnsupportedError } from "./errors.ts";
import { REGION_TABLE_OFFSETS } from "./layout.ts";
import { checkRegions, currentRegionTable, decodeRegions, readRegionTableCopies } from "./region-table.ts";
import { goodRegions, type SpelledRegion, spellRegionTable, spellVhdx } from "./testing/index.ts";
import { leniently, strictly } from "./tolerance.ts";

const UNKNOWN = guid("55555555-5555-4555-8555-555555555555");
const LOG = { offset: MIB, length: MIB };

const check = (regions: readonly SpelledRegion[], tolerance = strictly()) =>
  checkRegions(decodeRegions(spellRegionTable(regions)), { sizeBytes: 16 * MIB, log: LOG, tolerance });

const unknown = (fields: Partial<SpelledRegion> = {}): SpelledRegion => ({
  regionId: UNKNOWN,
  fileOffset: 5 * MIB,
  length: MIB,
  flags: 0,
  ...fields,
});

async function tables(...damaged: readonly (0 | 1)[]) {
  const patches = damaged.map((copy) => ({
    offset: REGION_TABLE_OFFSETS[copy] + 60000, // reserved space, but under the checksum
    bytes: Uint8Array.of(1),
  }));
  return await readRegionTableCopies(await spellVhdx({ patches }));
}

test("`currentRegionTable()` takes the first table, and the other when one is damaged", async () => {
  assert.equal(currentRegionTable(await tables(), strictly()).number, 1);
  assert.equal(currentRegionTable(await tables(1), strictly()).number, 1);
  assert.equal(currentRegionTable(await tables(0), strictly()).number, 2);
});

test("`currentRegionTable()` refuses two damaged tables; the lenient way reads the first", async () => {
  const copies = await tables(0, 1);
  assert.throws(() => currentRegionTable(copies, strictly()), VhdxRegionTableCorruptError);
  const tolerance = leniently();
  assert.equal(currentRegionTable(copies, tolerance).number, 1);
  assert.equal(tolerance.ignored.length, 1);
});

test("`checkRegions()` finds the regions in any order, required or not, and keeps unknown ones", () => {
  const found = check([unknown(), ...goodRegions().map((region) => ({ ...region, flags: 0 }))]);
  assert.equal(found.metadata.offset, 2 * MIB);
  assert.equal(found.blockTable.offset, 3 * MIB);
  assert.deepEqual(
    found.others.map((region) => region.id),
    [UNKNOWN],
  );
});

test("`checkRegions()` refuses a required region that it does not know", () => {
  assert.throws(() => check([...goodRegions(), unknown({ flags: 1 })]), VhdxUnsupportedError);
});

test("`checkRegions()` refuses regions that break the rules", () => {
  const broken: SpelledRegion[][] = [
    goodRegions().slice(1), // no metadata
    goodRegions().slice(0, 1), // no block table
    [...goodRegions(), unknown(), unknown({ fileOffset: 6 * MIB })], // twice
    [...goodRegions(), unknown({ fileOffset: 3 * MIB })], // over the block table
    [...goodRegions(), unknown({ fileOffset: MIB })], // over the log
    [...goodRegions(), unknown({ fileOffset: 0 })], // over the headers
    [...goodRegions(), unknown({ fileOffset: 5 * MIB + 512 })],
    [...goodRegions(), unknown({ length: 512 })],
    [...goodRegions(), unknown({ length: 0 })],
  ];
  for (const regions of broken) assert.throws(() => check(regions), VhdxRegionTableCorruptError);
});

test("`checkRegions()` refuses a region behind the end of the file; the lenient way notes it", () => {
  const regions = [...goodRegions(), unknown({ fileOffset: 16 * MIB })];
  assert.throws(() => check(regions), VhdxTruncatedError);
  const tolerance = leniently();
  check(regions, tolerance);
  assert.equal(tolerance.ignored.length, 1);
});

test("`decodeRegions()` refuses a count beyond the table", () => {
  assert.throws(() => decodeRegions(spellRegionTable([], 2048)), VhdxRegionTableCorruptError);
  assert.throws(() => decodeRegions(spellRegionTable([], 2 ** 32 - 1)), VhdxRegionTableCorruptError);
});
