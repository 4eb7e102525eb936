import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryStore } from "../../disk/index.ts";
import { VhdChecksumError, VhdDamagedError, VhdNotRecognisedError, VhdUnsupportedError } from "./errors.ts";
import { readFooter } from "./footer.ts";
import { Footer } from "./layout.ts";
import { makeVhd, vhdFooter } from "./testing/index.ts";
import { openVhd } from "./vhd-file.ts";

const dynamic = (): Uint8Array =>
  makeVhd({ sizeBytes: 4_194_304, writes: [{ offset: 0, bytes: new Uint8Array(512).fill(9) }] });

function fixed(sizeBytes: number, footer = vhdFooter({ sizeBytes, kind: 2 })): Uint8Array {
  const bytes = new Uint8Array(sizeBytes + footer.length);
  bytes.set(footer, sizeBytes);
  return bytes;
}

describe("`readFooter()`", () => {
  test("falls back to the copy when the footer is damaged", async () => {
    const bytes = dynamic();
    bytes[bytes.length - 100] = 1;
    const found = await readFooter(new MemoryStore(bytes));
    assert.equal(found.from, "copy");
    assert.equal(found.footer.currentSizeBytes, 4_194_304);
  });

  test("falls back to the copy when a size in the damaged footer is above 2^53", async () => {
    for (const offset of [Footer.offsetOf("originalSizeBytes"), Footer.offsetOf("currentSizeBytes")]) {
      const bytes = dynamic();
      bytes.fill(0xff, bytes.length - 512 + offset, bytes.length - 512 + offset + 8);
      assert.equal((await readFooter(new MemoryStore(bytes))).from, "copy");
    }
  });

  test("falls back to the copy when the end is cut off, and the data still reads", async () => {
    const bytes = dynamic();
    const file = await openVhd(new MemoryStore(bytes.subarray(0, bytes.length - 512)));
    assert.equal(file.facts.footerFrom, "copy");
    const sector = new Uint8Array(512);
    await file.disk().read(sector, 0);
    assert.ok(sector.every((byte) => byte === 9));
  });

  test("takes the footer at the end when the copy is damaged", async () => {
    const bytes = dynamic();
    bytes[50] = 1;
    assert.equal((await readFooter(new MemoryStore(bytes))).from, "end");
  });

  test("refuses a file when footer and copy are damaged, and takes the footer when told to be lenient", async () => {
    const bytes = dynamic();
    bytes[100] = 1;
    bytes[bytes.length - 412] = 1;
    await assert.rejects(readFooter(new MemoryStore(bytes)), VhdChecksumError);
    assert.equal((await readFooter(new MemoryStore(bytes), { lenient: true })).from, "end");
  });

  test("reads the footer of 511 bytes that old fixed disks have", async () => {
    const old = fixed(65_536).subarray(0, 65_536 + 511);
    const found = await readFooter(new MemoryStore(old));
    assert.equal(found.kind, "fixed");
    assert.equal(found.payloadEnd, 65_536);
  });

  test("never takes a fixed disk's first sector for its footer", async () => {
    const nested = fixed(65_536);
    nested.set(vhdFooter({ sizeBytes: 1024, kind: 2 }), 0);
    nested.fill(0, 65_536);
    await assert.rejects(readFooter(new MemoryStore(nested)), VhdNotRecognisedError);
  });

  test("refuses files that are no VHD, however short", async () => {
    for (const length of [0, 1, 511, 512, 4096]) {
      await assert.rejects(readFooter(new MemoryStore(new Uint8Array(length))), VhdNotRecognisedError);
    }
  });

  test("refuses a fixed disk whose file is too short", async () => {
    const short = fixed(65_536, vhdFooter({ sizeBytes: 66_048, kind: 2 }));
    await assert.rejects(readFooter(new MemoryStore(short)), VhdDamagedError);
  });

  test("refuses sizes that are no number of sectors, and unknown kinds", async () => {
    const odd = fixed(65_536, vhdFooter({ sizeBytes: 1000, kind: 2 }));
    await assert.rejects(readFooter(new MemoryStore(odd)), VhdDamagedError);
    const unknown = fixed(65_536, vhdFooter({ sizeBytes: 65_536, kind: 6 }));
    await assert.rejects(readFooter(new MemoryStore(unknown)), VhdUnsupportedError);
  });
});
