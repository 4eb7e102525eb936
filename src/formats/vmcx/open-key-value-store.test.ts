import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { crc32 as zlibCrc32 } from "node:zlib";
import { needs, readSample, samplePath } from "../../../test/testing/oracles.ts";
import { MemoryStore } from "../../disk/index.ts";
import { keyAt } from "./key-lookup.ts";
import { openKeyValueStore } from "./open-key-value-store.ts";
import { listValues } from "./testing/index.ts";

const sample = (): Uint8Array => readSample("gen1.vmcx.zst");
const open = async (bytes: Uint8Array) => await openKeyValueStore(new MemoryStore(bytes));
const damaged = { code: "key-value-store-damaged" };

/** Changes a structure and makes its checksum right again, by zlib's own CRC-32. */
function edited(
  bytes: Uint8Array,
  at: { offset: number; length: number; checksum: number },
  change: (view: DataView) => void,
): Uint8Array {
  const copy = Buffer.from(bytes);
  change(new DataView(copy.buffer, copy.byteOffset + at.offset));
  copy.writeUInt32LE(0, at.offset + at.checksum);
  copy.writeUInt32LE(zlibCrc32(copy.subarray(at.offset, at.offset + at.length)), at.offset + at.checksum);
  return copy;
}

const header = (copy: 0 | 1) => ({ offset: copy * 4096, length: 46, checksum: 4 });
const objectEntry = (slot: number) => ({ offset: 0x2008 + 18 * slot, length: 18, checksum: 1 });
const LOG = 0xa000; // in the sample

describe("openKeyValueStore()", needs("samples"), () => {
  test("gives every value of a real file as two other readers do, in their order", async () => {
    const expected = JSON.parse(readFileSync(samplePath("expected/gen1.vmcx.json"), "utf8"));
    const store = await open(sample());
    assert.deepEqual(listValues(store.root), expected);
    assert.equal(store.sequence, 25);
    assert.equal(store.replayedEntries, 0);
  });

  test("keeps a node without children", async () => {
    const { root } = await open(sample());
    const nvram = keyAt(root, "configuration/_AC6B8DC1-3257-4A70-B1B2-A9C9215659AD_/nvram");
    assert.deepEqual(nvram, { name: "nvram", type: "node", children: [] });
  });

  test("takes the copy that verifies when the other header is damaged", async () => {
    for (const copy of [0, 1]) {
      const bytes = sample();
      bytes[copy * 4096 + 20] = 0xff;
      assert.equal((await open(bytes)).sequence, copy === 0 ? 24 : 25);
    }
  });

  test("refuses a file whose two headers are damaged, and one that is something else", async () => {
    const bytes = sample();
    bytes[20] = bytes[4116] = 0xff;
    await assert.rejects(open(bytes), { ...damaged, message: /neither of its two headers verifies/ });
    for (const other of [new Uint8Array(0), new Uint8Array(9000), Buffer.from("<?xml version")]) {
      await assert.rejects(open(other), { ...damaged, message: /does not begin as one/ });
    }
  });

  test("knows the later header where sequence numbers wrap", async () => {
    let bytes = edited(sample(), header(0), (view) => view.setUint16(8, 0xffff, true));
    bytes = edited(bytes, header(1), (view) => view.setUint16(8, 0, true));
    assert.equal((await open(bytes)).sequence, 0);
  });

  test("refuses other versions by name", async () => {
    for (const [code, name] of [
      [0x0301, "3.1"],
      [0x0100, "1.0"],
      [0x0500, "5.0"],
    ] as const) {
      let bytes = edited(sample(), header(0), (view) => view.setUint32(10, code, true));
      bytes = edited(bytes, header(1), (view) => view.setUint32(10, code, true));
      await assert.rejects(open(bytes), { code: "key-value-store-version", version: name });
    }
  });

  test("finds a flipped bit in each kind of structure", async () => {
    const places = {
      objectEntry: 0x2010,
      keyTable: 0x3004,
      keyEntry: 0x3020,
      keyName: 0x3050,
      log: LOG + 16,
    };
    for (const [name, place] of Object.entries(places)) {
      const bytes = sample();
      bytes[place] = (bytes[place] as number) ^ 1;
      await assert.rejects(open(bytes), damaged, name);
    }
  });

  test("refuses a file that is cut off anywhere in what is used", async () => {
    for (const length of [0x1000, 0x2000, 0x2800, 0x3800, 0x9fff, LOG + 8, 81919]) {
      await assert.rejects(open(sample().subarray(0, length)), damaged, `${length}`);
    }
  });

  test("refuses object tables that run in a circle", async () => {
    const bytes = edited(sample(), objectEntry(226), (view) => {
      view.setUint8(0, 1);
      view.setBigUint64(5, 0x2000n, true);
      view.setUint32(13, 4096, true);
    });
    await assert.rejects(open(bytes), { ...damaged, message: /circle/ });
  });

  test("of two key tables with one index the later counts, also where the sequence wraps", async () => {
    const copyOfTable2 = sample().slice(0x4000, 0x5000);
    const bytes = new Uint8Array(sample().length + 4096);
    bytes.set(sample());
    bytes.set(copyOfTable2, sample().length);
    const added = edited(bytes, objectEntry(8), (view) => {
      view.setUint8(0, 2);
      view.setBigUint64(5, BigInt(sample().length), true);
      view.setUint32(13, 4096, true);
      view.setUint8(17, 1);
    });
    const stale = edited(added, { offset: sample().length, length: 10, checksum: 6 }, (view) =>
      view.setUint16(4, 9, true),
    );
    stale.fill(0xee, sample().length + 10);
    assert.deepEqual(listValues((await open(stale)).root), listValues((await open(sample())).root));
    const later = edited(stale, { offset: sample().length, length: 10, checksum: 6 }, (view) =>
      view.setUint16(4, 11, true),
    );
    await assert.rejects(open(later), damaged);
  });

  test("applies the log's current entries, in memory, and says how many", async () => {
    // the sample's eight-entry log is stale: make one entry of our own current, which renames the first key
    const bytes = Buffer.from(sample());
    const before = (await open(bytes)).root.children[0];
    assert.equal(before?.name, "configuration");
    const entry = bytes.subarray(0x3000 + 10, 0x3000 + 57);
    const renamed = edited(entry, { offset: 0, length: 47, checksum: 12 }, (view) => view.setUint8(21, 0x43));
    bytes.set(renamed, LOG + 0x1000);
    const logged = edited(bytes, { offset: LOG + 34, length: 28, checksum: 20 }, (view) => {
      view.setBigUint64(0, BigInt(0x3000 + 10), true);
      view.setUint32(8, renamed.length, true);
      view.setBigUint64(12, 0x1000n, true);
      view.setUint32(24, zlibCrc32(renamed), true);
    });
    const current = edited(logged, { offset: LOG, length: 34, checksum: 4 }, (view) =>
      view.setUint32(8, 1, true),
    );
    const store = await open(current);
    assert.equal(store.root.children[0]?.name, "Configuration");
    assert.equal(store.replayedEntries, 1);
    const wrongData = Buffer.from(current);
    wrongData.writeUInt8(0, LOG + 0x1000);
    await assert.rejects(open(wrongData), { ...damaged, message: /wrong data/ });
    const tooMany = edited(current, { offset: LOG, length: 34, checksum: 4 }, (view) =>
      view.setUint32(8, 0xffff, true),
    );
    await assert.rejects(open(tooMany), { ...damaged, message: /no room/ });
  });

  test("stops at the limits that it is given", async () => {
    const source = new MemoryStore(sample());
    const limits = { maxKeys: 408, maxTableBytes: 8 * 4096 - 1, maxObjects: 7 };
    for (const [limit, allowed] of Object.entries(limits)) {
      await assert.rejects(openKeyValueStore(source, { [limit]: allowed }), {
        code: "key-value-store-too-large",
        limit,
      });
    }
    await openKeyValueStore(source, { maxKeys: 409, maxTableBytes: 8 * 4096, maxObjects: 8 });
  });

  test("survives mutated files: an answer or one of our errors, quickly", async () => {
    const { SeededEntropy } = await import("../../base/testing/index.ts");
    const { StillpointError } = await import("../../base/index.ts");
    const seed = 20260822;
    const entropy = new SeededEntropy(seed);
    for (let round = 0; round < 400; round++) {
      let bytes: Uint8Array = sample();
      for (let n = entropy.below(6); n >= 0; n--) {
        const at = entropy.below(2) === 0 ? entropy.below(bytes.length) : 0x2000 + entropy.below(0x1100);
        bytes[at] = entropy.below(256);
      }
      // also behind right checksums: an object's offset and size, a table's index
      bytes = edited(bytes, objectEntry(entropy.below(9)), (view) => {
        if (entropy.below(3) === 0) view.setUint32(5, entropy.next(), true);
        if (entropy.below(3) === 0) view.setUint32(13, entropy.next() >>> entropy.below(32), true);
        if (entropy.below(3) === 0) view.setUint8(0, entropy.below(5));
      });
      try {
        await open(bytes);
      } catch (error) {
        assert.ok(error instanceof StillpointError, `seed ${seed}, round ${round}: ${String(error)}`);
      }
    }
  });
});
