import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crc32c, guid, MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { SparseMemoryStore } from "../../disk/testing/index.ts";
import { LogRing } from "./log-ring.ts";
import { activeSequence } from "./log-sequence.ts";
import { encodeLogEntry, LogWriter, MAX_ENTRY_SECTORS } from "./log-writer.ts";

const LOG_GUID = guid("00112233-4455-6677-8899-aabbccddeeff");
const AREA = { offset: MIB, length: MIB };

describe("`encodeLogEntry()`", () => {
  test("lays an entry out as the specification says", () => {
    const sector = Uint8Array.from({ length: 4096 }, (_, i) => i % 251);
    const entry = encodeLogEntry([{ fileOffset: 0x30_0000, bytes: sector }], {
      tail: 0x8000,
      sequenceNumber: 0x1_0000_0002n,
      logGuid: LOG_GUID,
      flushedFileOffset: 0x40_0000n,
      lastFileOffset: 0x50_0000n,
    });
    const text = (at: number): string => String.fromCharCode(...entry.subarray(at, at + 4));
    const view = new DataView(entry.buffer);
    assert.equal(entry.length, 8192);
    // header, [MS-VHDX] 2.3.1.1
    assert.equal(text(0), "loge");
    assert.equal(view.getUint32(8, true), 8192);
    assert.equal(view.getUint32(12, true), 0x8000);
    assert.equal(view.getBigUint64(16, true), 0x1_0000_0002n);
    assert.equal(view.getUint32(24, true), 1);
    assert.equal(Buffer.from(entry.subarray(32, 48)).toString("hex"), "33221100554477668899aabbccddeeff");
    assert.equal(view.getBigUint64(48, true), 0x40_0000n);
    assert.equal(view.getBigUint64(56, true), 0x50_0000n);
    // data descriptor, 2.3.1.3: the last four bytes of the sector, its first eight
    assert.equal(text(64), "desc");
    assert.deepEqual(entry.subarray(68, 72), sector.subarray(4092));
    assert.deepEqual(entry.subarray(72, 80), sector.subarray(0, 8));
    assert.equal(view.getBigUint64(80, true), 0x30_0000n);
    assert.equal(view.getBigUint64(88, true), 0x1_0000_0002n);
    // data sector, 2.3.1.4
    assert.equal(text(4096), "data");
    assert.equal(view.getUint32(4100, true), 1);
    assert.deepEqual(entry.subarray(4104, 8188), sector.subarray(8, 4092));
    assert.equal(view.getUint32(8188, true), 2);
    const checksum = view.getUint32(4, true);
    view.setUint32(4, 0);
    assert.equal(crc32c(entry), checksum);
  });
});

describe("`LogWriter`", () => {
  test("leaves one active entry, the last, wherever the ring stands", async () => {
    const random = new SeededEntropy(9);
    const store = new SparseMemoryStore();
    await store.truncate(4 * MIB);
    const writer = new LogWriter(store, AREA, LOG_GUID);
    for (let n = 1; n <= 60; n++) {
      const count = 1 + random.below(n % 7 === 0 ? MAX_ENTRY_SECTORS : 12);
      const bytes = new Uint8Array(4096).fill(n);
      await writer.append(
        Array.from({ length: count }, (_, i) => ({ fileOffset: 3 * MIB + 4096 * i, bytes })),
      );
      const active = await activeSequence(new LogRing(store, AREA), LOG_GUID);
      assert.equal(active?.length, 1);
      assert.equal(active[0]?.sequenceNumber, BigInt(n));
      assert.equal(active[0]?.descriptorCount, count);
    }
  });

  test("does not take more than two entries of the smallest log can hold", async () => {
    const store = new SparseMemoryStore();
    await store.truncate(4 * MIB);
    const sector = { fileOffset: 3 * MIB, bytes: new Uint8Array(4096) };
    const tooMany = Array.from({ length: MAX_ENTRY_SECTORS + 1 }, () => sector);
    await assert.rejects(new LogWriter(store, AREA, LOG_GUID).append(tooMany), TypeError);
    assert.ok(2 * (1 + MAX_ENTRY_SECTORS) * 4096 <= MIB);
  });
});
