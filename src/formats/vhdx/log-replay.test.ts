import assert from "node:assert/strict";
import { test } from "node:test";
import { type Guid, guid, InterruptedError, KIB, MIB, TIB, ZERO_GUID } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { readBytes } from "../../disk/index.ts";
import { SparseMemoryStore } from "../../disk/testing/index.ts";
import { sealChecksum } from "./checksum.ts";
import { VhdxLogCorruptError, VhdxTruncatedError } from "./errors.ts";
import { LogEntryHeader } from "./layout.ts";
import { planLogReplay } from "./log-replay.ts";
import { ReplayedSource } from "./replayed-source.ts";
import { type SpelledLogEntry, spellLogEntry } from "./testing/index.ts";
import { leniently, strictly } from "./tolerance.ts";

const LOG_GUID = guid("44444444-4444-4444-8444-444444444444");
const OTHER_GUID = guid("66666666-6666-4666-8666-666666666666");
const LOG = { offset: MIB, length: MIB };
const SIZE = 4 * MIB;
const TARGET = 2 * MIB;
const SECTOR = 4096;

/** Bytes that differ at the places where the log displaces them. */
function sectorOf(value: number): Uint8Array {
  const sector = new Uint8Array(SECTOR).fill(value);
  sector.set([1, 2, 3, 4, 5, 6, 7, 8]);
  sector.set([9, 10, 11, 12], SECTOR - 4);
  return sector;
}

interface PlacedEntry extends Partial<SpelledLogEntry> {
  readonly at: number;
  /** Changes the bytes; the checksum is made right again. */
  readonly spoil?: (bytes: Uint8Array) => void;
  /** Changes the bytes under the checksum. */
  readonly damage?: (bytes: Uint8Array) => void;
}

async function fileWith(...entries: readonly PlacedEntry[]): Promise<SparseMemoryStore> {
  const store = new SparseMemoryStore();
  await store.truncate(SIZE);
  for (const { at, spoil, damage, ...fields } of entries) {
    const bytes = spellLogEntry({ logGuid: LOG_GUID, sequenceNumber: 1n, tail: at, ...fields });
    spoil?.(bytes);
    if (spoil !== undefined) sealChecksum(bytes);
    damage?.(bytes);
    const first = Math.min(bytes.length, LOG.length - at);
    await store.write(bytes.subarray(0, first), LOG.offset + at);
    if (first < bytes.length) await store.write(bytes.subarray(first), LOG.offset);
  }
  return store;
}

const plan = async (source: ByteSource, logGuid: Guid = LOG_GUID) =>
  await planLogReplay(source, { log: LOG, logGuid, tolerance: strictly() });

async function replayed(source: ByteSource): Promise<ReplayedSource> {
  return new ReplayedSource(source, { ...(await plan(source)), endless: false });
}

const sequenceOf = async (source: ByteSource): Promise<bigint[]> =>
  (await plan(source)).entries.map((entry) => entry.sequenceNumber);

const write = (value: number, fileOffset = TARGET) => ({ fileOffset, sector: sectorOf(value) });

test("a sector is restored with its leading and trailing bytes, and nothing else changes", async () => {
  const store = await fileWith({ at: 0, writes: [write(7)] });
  await store.write(new Uint8Array(3 * SECTOR).fill(99), TARGET - SECTOR);
  const seen = await readBytes(await replayed(store), TARGET - 1, SECTOR + 2);
  assert.deepEqual(seen, Uint8Array.from([99, ...sectorOf(7), 99]));
});

test("a part of a restored sector is the same part", async () => {
  const source = await replayed(await fileWith({ at: 0, writes: [write(7)] }));
  for (const [from, length] of [
    [0, 3],
    [5, 10],
    [4000, 96],
    [100, 0],
  ] as const)
    assert.deepEqual(await readBytes(source, TARGET + from, length), sectorOf(7).slice(from, from + length));
});

test("zeros are laid over the file, and later writes over them", async () => {
  const store = await fileWith(
    { at: 0, sequenceNumber: 5n, tail: 0, writes: [write(7), { fileOffset: TARGET, zeros: 4 * SECTOR }] },
    { at: 2 * SECTOR, sequenceNumber: 6n, tail: 0, writes: [write(8, TARGET + SECTOR)] },
  );
  await store.write(new Uint8Array(4 * SECTOR).fill(99), TARGET);
  const seen = await readBytes(await replayed(store), TARGET, 4 * SECTOR);
  assert.deepEqual(seen.subarray(0, SECTOR), new Uint8Array(SECTOR));
  assert.deepEqual(seen.subarray(SECTOR, 2 * SECTOR), sectorOf(8));
  assert.deepEqual(seen.subarray(2 * SECTOR), new Uint8Array(2 * SECTOR));
});

test("the replay begins at the head's tail, not at the start of the run", async () => {
  const store = await fileWith(
    { at: 0, sequenceNumber: 10n, tail: 0, writes: [write(1)] },
    { at: 2 * SECTOR, sequenceNumber: 11n, tail: 0, writes: [write(2, TARGET + SECTOR)] },
    { at: 4 * SECTOR, sequenceNumber: 12n, tail: 2 * SECTOR },
  );
  assert.deepEqual(await sequenceOf(store), [11n, 12n]);
  assert.deepEqual(await readBytes(await replayed(store), TARGET, 1), Uint8Array.of(0));
});

test("a run ends where a number is missing", async () => {
  const store = await fileWith(
    { at: 0, sequenceNumber: 5n, tail: 0, writes: [write(1)] },
    { at: 2 * SECTOR, sequenceNumber: 7n, tail: 0, writes: [write(2)] },
  );
  assert.deepEqual(await sequenceOf(store), [5n]);
});

test("the run with the highest head wins, wherever it lies and however high its numbers are", async () => {
  const huge = 2n ** 63n + 5n;
  const store = await fileWith(
    { at: 0, sequenceNumber: 3n },
    { at: 8 * SECTOR, sequenceNumber: huge },
    { at: 9 * SECTOR, sequenceNumber: huge + 1n, tail: 8 * SECTOR },
    { at: 20 * SECTOR, sequenceNumber: 50n },
  );
  assert.deepEqual(await sequenceOf(store), [huge, huge + 1n]);
});

test("a run goes on over the end of the ring, also within an entry", async () => {
  const last = LOG.length - SECTOR;
  const store = await fileWith(
    { at: last - SECTOR, sequenceNumber: 7n },
    { at: last, sequenceNumber: 8n, tail: last - SECTOR, writes: [write(8)] }, // its data sector lies at 0
    { at: SECTOR, sequenceNumber: 9n, tail: last - SECTOR },
  );
  assert.deepEqual(await sequenceOf(store), [7n, 8n, 9n]);
  assert.deepEqual(await readBytes(await replayed(store), TARGET, SECTOR), sectorOf(8));
});

test("entries of another log GUID are noise, even with right checksums", async () => {
  const store = await fileWith(
    { at: 0, sequenceNumber: 90n, logGuid: OTHER_GUID, writes: [write(9)] },
    { at: 2 * SECTOR, sequenceNumber: 3n, writes: [write(3)] },
  );
  assert.deepEqual(await sequenceOf(store), [3n]);
});

test("a run whose head's tail lies outside it is not valid", async () => {
  const store = await fileWith({ at: 0, sequenceNumber: 3n }, { at: 64 * KIB, sequenceNumber: 9n, tail: 0 });
  assert.deepEqual(await sequenceOf(store), [3n]);
});

test("descriptors of more than one sector find their data", async () => {
  const writes = Array.from({ length: 127 }, (_, i) => write(i, TARGET + i * SECTOR)); // 126 fit into the first
  const source = await replayed(await fileWith({ at: 0, writes }));
  for (const i of [0, 125, 126])
    assert.deepEqual(await readBytes(source, TARGET + i * SECTOR, SECTOR), sectorOf(i));
});

test("every broken rule makes an entry invalid", async () => {
  const field =
    (name: Parameters<typeof LogEntryHeader.offsetOf>[0], ...bytes: number[]) =>
    (entry: Uint8Array): void =>
      entry.set(bytes, LogEntryHeader.offsetOf(name));
  const at =
    (offset: number, ...bytes: number[]) =>
    (entry: Uint8Array): void =>
      entry.set(bytes, offset);
  const broken: Record<string, Pick<PlacedEntry, "spoil" | "damage">> = {
    checksum: { damage: at(200, 1) },
    signature: { spoil: at(0, 0x4c) },
    "length 0": { spoil: field("entryLength", 0, 0, 0, 0) },
    "length not whole sectors": { spoil: field("entryLength", 0, 0x21) },
    "length above the log": { spoil: field("entryLength", 0, 0, 0x20, 0) },
    "length above what the descriptors need": { spoil: field("entryLength", 0, 0x40) },
    "length below what the descriptors need": { spoil: field("entryLength", 0, 0x10) },
    "tail between sectors": { spoil: field("tail", 1) },
    "tail behind the log": { spoil: field("tail", 0, 0, 0x10, 0) },
    "sequence number 0": { spoil: field("sequenceNumber", 0, 0, 0, 0, 0, 0, 0, 0) },
    "more descriptors than fit": { spoil: field("descriptorCount", 0xff, 0xff, 0xff, 0xff) },
    "descriptor of an unknown kind": { spoil: at(64, 0x58) },
    "descriptor with another number": { spoil: at(64 + 24, 2) },
    "data sector without its signature": { spoil: at(SECTOR, 0x58) },
    "data sector with another high word": { spoil: at(SECTOR + 4, 1) },
    "data sector with another low word": { spoil: at(2 * SECTOR - 4, 2) },
  };
  for (const [name, how] of Object.entries(broken))
    await assert.rejects(
      plan(await fileWith({ at: 0, writes: [write(1)], ...how })),
      VhdxLogCorruptError,
      name,
    );
});

test("nothing that verifies is an error; the lenient way reads the file as it lies", async () => {
  const store = await fileWith();
  await assert.rejects(plan(store), VhdxLogCorruptError);
  const tolerance = leniently();
  const replay = await planLogReplay(store, { log: LOG, logGuid: LOG_GUID, tolerance });
  assert.deepEqual(replay.entries, []);
  assert.equal(tolerance.ignored[0]?.code, "vhdx-log-corrupt");
});

test("a zero log GUID means that nothing is looked at", async () => {
  const replay = await plan(await fileWith({ at: 0, writes: [write(1)] }), ZERO_GUID);
  assert.deepEqual(replay, { entries: [], pieces: [], sizeBytes: SIZE });
});

test("writes to headers, to the log, between sectors and far out are refused", async () => {
  const bad = [
    { fileOffset: 0x10000, sector: sectorOf(1) },
    { fileOffset: 0x2f000, zeros: 2 * SECTOR },
    { fileOffset: LOG.offset, sector: sectorOf(1) },
    { fileOffset: LOG.offset + LOG.length - SECTOR, sector: sectorOf(1) },
    { fileOffset: 0x40000, zeros: 2 * MIB }, // across the log
    { fileOffset: TARGET + 512, sector: sectorOf(1) },
    { fileOffset: TARGET, zeros: 512 },
    { fileOffset: 2 ** 60, sector: sectorOf(1) },
    { fileOffset: 2 ** 52, zeros: 2 ** 52 },
  ];
  for (const one of bad)
    await assert.rejects(
      plan(await fileWith({ at: 0, writes: [one] })),
      VhdxLogCorruptError,
      String(one.fileOffset),
    );
});

test("the file must be as long as it was when the head was written", async () => {
  await plan(await fileWith({ at: 0, flushedFileOffset: SIZE }));
  const cut = await fileWith({ at: 0, flushedFileOffset: SIZE + MIB });
  await assert.rejects(plan(cut), VhdxTruncatedError);
});

test("the file grows to the head's last offset, with zeros", async () => {
  const source = await replayed(await fileWith({ at: 0, lastFileOffset: SIZE + MIB }));
  assert.equal(source.sizeBytes, SIZE + MIB);
  assert.deepEqual(await readBytes(source, SIZE - 8, 16), new Uint8Array(16));
  await assert.rejects(readBytes(source, SIZE + MIB - 1, 2), { code: "source-ended" });
});

test("a replay of a disk that was just enlarged costs nothing", async () => {
  const zeros = 50 * TIB;
  const source = await replayed(await fileWith({ at: 0, writes: [{ fileOffset: SIZE, zeros }] }));
  assert.equal(source.sizeBytes, SIZE + zeros);
});

test("a log that would make the file larger than any that is read is refused", async () => {
  const forged = [
    { lastFileOffset: 2 ** 52 },
    { writes: [{ fileOffset: SIZE, zeros: 2 ** 51 }] },
    { writes: [write(1, 2 ** 50)] },
  ];
  for (const one of forged) {
    await assert.rejects(plan(await fileWith({ at: 0, ...one })), VhdxLogCorruptError);
  }
});

test("a log forged to be validated without end is given up", async () => {
  const at = Array.from({ length: 200 }, (_, i) => i * SECTOR);
  const claim = (entry: Uint8Array): void => {
    entry.set([0, 0, 8, 0], LogEntryHeader.offsetOf("entryLength")); // 512 KiB each, 64 sectors of descriptors
    entry.set([0xfe, 0x1f], LogEntryHeader.offsetOf("descriptorCount"));
  };
  const store = await fileWith(...at.map((at) => ({ at, spoil: claim })));
  await assert.rejects(plan(store), VhdxLogCorruptError);
});

test("the search can be interrupted", async () => {
  const store = await fileWith({ at: 0 });
  const options = { log: LOG, logGuid: LOG_GUID, tolerance: strictly(), signal: AbortSignal.abort() };
  await assert.rejects(planLogReplay(store, options), InterruptedError);
});
