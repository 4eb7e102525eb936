import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, MIB, TIB } from "../../base/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import {
  VhdxHeaderCorruptError,
  VhdxNotRecognisedError,
  VhdxTruncatedError,
  VhdxUnsupportedError,
} from "./errors.ts";
import { checkHeader, currentHeader, readCreator, readHeaderCopies } from "./file-header.ts";
import { Header } from "./layout.ts";
import { spellHeader, spellIdentifier, spellVhdx } from "./testing/index.ts";
import { leniently, strictly } from "./tolerance.ts";

const LOG_GUID = guid("44444444-4444-4444-8444-444444444444");

async function current(first: Uint8Array, second: Uint8Array) {
  const store = await spellVhdx({
    patches: [
      { offset: 0x10000, bytes: first },
      { offset: 0x20000, bytes: second },
    ],
  });
  return currentHeader(await readHeaderCopies(store), strictly());
}

/** A header with one wrong bit in its reserved space. */
function damaged(header: Uint8Array): Uint8Array {
  header[4000] = 1;
  return header;
}

test("`readCreator()` reads the program's name up to the NUL", async () => {
  assert.equal(await readCreator(await spellVhdx()), "spelled by a test");
});

test("`readCreator()` reads a name that fills its field", async () => {
  const store = await spellVhdx({ patches: [{ offset: 0, bytes: spellIdentifier("x".repeat(256)) }] });
  assert.equal(await readCreator(store), "x".repeat(256));
});

test("`readCreator()` refuses what does not begin with vhdxfile, and what ends too early", async () => {
  await assert.rejects(readCreator(new MemoryStore(new Uint8Array(2 * MIB))), VhdxNotRecognisedError);
  await assert.rejects(readCreator(new MemoryStore(new Uint8Array(8))), VhdxNotRecognisedError);
  await assert.rejects(readCreator(await spellVhdx({ sizeBytes: 5 * MIB }).then(cut)), VhdxTruncatedError);
});

async function cut(store: Awaited<ReturnType<typeof spellVhdx>>) {
  await store.truncate(MIB - 1);
  return store;
}

test("`currentHeader()` takes the greater sequence number, also above 2^53", async () => {
  const high = 2n ** 63n;
  const older = spellHeader({ sequenceNumber: high });
  const newer = spellHeader({ sequenceNumber: high + 1n });
  assert.equal((await current(older, newer)).number, 2);
  assert.equal((await current(newer, older)).number, 1);
});

test("`currentHeader()` takes the first of two equal numbers, as Disk2vhd writes them", async () => {
  assert.equal((await current(spellHeader(), spellHeader())).number, 1);
});

test("`currentHeader()` falls back to the other copy when the newer one is damaged", async () => {
  const older = spellHeader({ sequenceNumber: 4n });
  assert.equal((await current(older, damaged(spellHeader({ sequenceNumber: 5n })))).number, 1);
  assert.equal((await current(damaged(spellHeader({ sequenceNumber: 5n })), older)).number, 2);
});

test("`currentHeader()` refuses two damaged headers; the lenient way takes the newer one that has its signature", async () => {
  const store = await spellVhdx({
    patches: [
      { offset: 0x10000, bytes: damaged(spellHeader({ sequenceNumber: 4n })) },
      { offset: 0x20000, bytes: damaged(spellHeader({ sequenceNumber: 5n })) },
    ],
  });
  const copies = await readHeaderCopies(store);
  assert.throws(() => currentHeader(copies, strictly()), VhdxHeaderCorruptError);
  const tolerance = leniently();
  assert.equal(currentHeader(copies, tolerance).number, 2);
  assert.deepEqual(
    tolerance.ignored.map((error) => error.code),
    ["vhdx-header-corrupt"],
  );
});

test("`currentHeader()` has nothing to take where not even a signature is left", async () => {
  const zeros = new Uint8Array(4096);
  const store = await spellVhdx({
    patches: [
      { offset: 0x10000, bytes: zeros },
      { offset: 0x20000, bytes: zeros },
    ],
  });
  const copies = await readHeaderCopies(store);
  assert.throws(() => currentHeader(copies, leniently()), VhdxHeaderCorruptError);
});

test("`checkHeader()` gives the log's place, and none for a clean header without one", () => {
  assert.deepEqual(checkHeader(Header.decode(spellHeader()), 16 * MIB), { offset: MIB, length: MIB });
  assert.equal(checkHeader(Header.decode(spellHeader({ logLength: 0, logOffset: 0n })), MIB), undefined);
});

test("`checkHeader()` minds the log's version only when there is something to replay", () => {
  assert.ok(checkHeader(Header.decode(spellHeader({ logVersion: 9 })), 16 * MIB));
  const dirty = Header.decode(spellHeader({ logVersion: 9, logGuid: LOG_GUID }));
  assert.throws(() => checkHeader(dirty, 16 * MIB), VhdxUnsupportedError);
});

test("`checkHeader()` refuses another version of the format", () => {
  assert.throws(() => checkHeader(Header.decode(spellHeader({ version: 2 })), TIB), VhdxUnsupportedError);
});

test("`checkHeader()` refuses a log that cannot be there", () => {
  const impossible = [
    { logOffset: 512n }, // not on a MiB
    { logOffset: 0n }, // over the headers
    { logOffset: 2n ** 64n - 1n },
    { logLength: 4096 }, // not whole MiB
    { logLength: 2 ** 31 }, // 2 GiB
    { logLength: 0, logGuid: LOG_GUID }, // nothing where something should be
    { logOffset: BigInt(TIB), logGuid: LOG_GUID }, // behind the end
  ];
  for (const fields of impossible)
    assert.throws(
      () => checkHeader(Header.decode(spellHeader(fields)), 16 * MIB),
      VhdxHeaderCorruptError,
      JSON.stringify(fields, (_, value: unknown) => String(value)),
    );
});
