import assert from "node:assert/strict";
import { test } from "node:test";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { guid } from "../../base/index.ts";
import {
  DataDescriptor,
  Header,
  LogDescriptor,
  LogEntryHeader,
  RegionTableEntry,
  ZeroDescriptor,
} from "./layout.ts";
import { joined } from "./testing/index.ts";

test(
  "`Header` reads what the bytes of a real file say at the places of [MS-VHDX] 2.2.2",
  needs("samples"),
  () => {
    const file = Buffer.from(readSample("disk2vhd.vhdx.zst"));
    const header = Header.decode(file, 0x10000);
    assert.equal(header.signature, "head");
    assert.equal(header.sequenceNumber, file.readBigUInt64LE(0x10008));
    assert.equal(header.fileWriteGuid, guid("81302b13-c7aa-47cd-8f27-96d4c46bf8ea")); // libvhdi and 7-Zip
    assert.equal(header.logLength, file.readUInt32LE(0x10000 + 68));
    assert.equal(header.logOffset, file.readBigUInt64LE(0x10000 + 72));
    assert.equal(header.version, 1);
  },
);

test("a region's entry has GUID, offset, length and flags one behind the other", () => {
  const bytes = joined([
    Uint8Array.of(0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42), // 2dc27766-f623-4200-
    Uint8Array.of(0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08), // 9d64-115e9bfd4a08
    Uint8Array.of(0x00, 0x00, 0x30, 0, 0, 0, 0, 0), // 3 MiB
    Uint8Array.of(0x00, 0x00, 0x10, 0), // 1 MiB
    Uint8Array.of(1, 0, 0, 0), // required
  ]);
  assert.deepEqual(RegionTableEntry.decode(bytes), {
    regionId: guid("2dc27766-f623-4200-9d64-115e9bfd4a08"),
    fileOffset: 0x300000,
    length: 0x100000,
    flags: 1,
  });
});

test("the three forms of a log descriptor agree on where offset and sequence number are", () => {
  for (const field of ["fileOffset", "sequenceNumber"] as const) {
    assert.equal(LogDescriptor.offsetOf(field), DataDescriptor.offsetOf(field));
    assert.equal(LogDescriptor.offsetOf(field), ZeroDescriptor.offsetOf(field));
  }
  assert.equal(DataDescriptor.offsetOf("leadingBytes"), 8);
  assert.equal(LogEntryHeader.offsetOf("logGuid"), 32);
});
