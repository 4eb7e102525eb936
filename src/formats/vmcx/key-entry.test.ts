import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 as zlibCrc32 } from "node:zlib";
import { MemoryStore } from "../../disk/index.ts";
import { decodeKeyEntry, decodeText } from "./key-entry.ts";

const damaged = { code: "key-value-store-damaged" };
const noFiles = (): never => assert.fail("no file object was asked for");

interface SpelledEntry {
  readonly type: number;
  readonly data: Uint8Array;
  readonly flags?: number;
  /** With its NUL. */
  readonly name?: string;
  readonly slack?: Uint8Array;
}

/** An entry as real files have it: 21 bytes of header, name, data, slack; the checksum does without the slack. */
function spell({
  type,
  data,
  flags = 0,
  name = "key\0",
  slack = new Uint8Array(0),
}: SpelledEntry): Uint8Array {
  const nameBytes = Buffer.from(name);
  const header = Buffer.alloc(21);
  header.writeUInt8(type, 0);
  header.writeUInt8(flags, 1);
  header.writeUInt32LE(21 + nameBytes.length + data.length + slack.length, 2);
  header.writeUInt8(nameBytes.length, 20);
  header.writeUInt32LE(zlibCrc32(Buffer.concat([header, nameBytes, data])), 12);
  return new Uint8Array(Buffer.concat([header, nameBytes, data, slack]));
}

const inline = (bytes: Uint8Array): Buffer => Buffer.concat([Uint8Array.of(bytes.length, 0, 0, 0), bytes]);

/** Type on disk, data, and what it means. */
const VALUES = [
  [3, Uint8Array.of(0xfe, 255, 255, 255, 255, 255, 255, 255), { type: "int", value: -2n }],
  [4, Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255), { type: "uint", value: 2n ** 64n - 1n }],
  [5, Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x3f), { type: "double", value: 1.5 }],
  [6, inline(Buffer.from("ä\u{1f600}", "utf16le")), { type: "string", value: "ä\u{1f600}" }],
  [7, inline(Uint8Array.of(1, 0, 2)), { type: "bytes", value: Uint8Array.of(1, 0, 2) }],
  [8, Uint8Array.of(1, 0, 0, 0), { type: "bool", value: true }],
  [9, new Uint8Array(12), { type: "node", children: [] }],
] as const;

for (const [type, data, meaning] of VALUES) {
  test(`\`decodeKeyEntry()\` reads a ${meaning.type}, whatever lies in its slack`, () => {
    for (const length of [0, 2, 12, 44]) {
      const slack = new Uint8Array(length).fill(0xcd);
      assert.deepEqual(decodeKeyEntry(spell({ type, data, slack }), noFiles), { name: "key", ...meaning });
    }
  });

  test(`\`decodeKeyEntry()\` notices each changed byte of a ${meaning.type}, its header, name and data`, () => {
    const whole = spell({ type, data, slack: new Uint8Array(12) });
    for (let at = 0; at < 21 + 4 + data.length; at++) {
      const bytes = whole.slice();
      bytes[at] = (bytes[at] as number) ^ 0x10;
      assert.throws(
        () => decodeKeyEntry(bytes, noFiles),
        { name: /Error$/, code: /^(key|struct)-/ },
        `${at}`,
      );
    }
  });
}

test("`decodeKeyEntry()` refuses names and data that break the rules, though their checksum is right", () => {
  const data = new Uint8Array(12);
  const bad: readonly SpelledEntry[] = [
    { type: 9, data, name: "no end" },
    { type: 9, data, name: "two\0ends\0" },
    { type: 2, data },
    { type: 10, data },
    { type: 3, data, flags: 1 }, // only texts and bytes lie in file objects
    { type: 6, data: inline(Uint8Array.of(65, 0, 66)) }, // half a character
    { type: 7, data: Uint8Array.of(9, 0, 0, 0, 1) }, // more than there is
  ];
  for (const entry of bad) {
    assert.throws(() => decodeKeyEntry(spell(entry), noFiles), damaged, JSON.stringify(entry));
  }
});

test("`decodeKeyEntry()` asks for the file object that a pointer names", () => {
  const data = Buffer.alloc(12);
  data.writeUInt32LE(5000, 0);
  data.writeBigUInt64LE(0x1_2345_6000n, 4);
  const content = new MemoryStore();
  for (const [type, holds] of [
    [6, "string"],
    [7, "bytes"],
  ] as const) {
    const key = decodeKeyEntry(spell({ type, data, flags: 1 }), (pointer) => {
      assert.deepEqual({ ...pointer }, { sizeBytes: 5000, offset: 0x1_2345_6000 });
      return content;
    });
    assert.deepEqual(key, { name: "key", type: "file", holds, content });
  }
});

test("`decodeText()` drops one NUL at the end and keeps lone surrogates", () => {
  assert.equal(decodeText(Uint8Array.of(65, 0, 0, 0)), "A");
  assert.equal(decodeText(Uint8Array.of(0, 0, 0, 0)), "\0");
  assert.equal(decodeText(Uint8Array.of(0x00, 0xd8)), "\ud800");
  assert.throws(() => decodeText(Uint8Array.of(65)), damaged);
});
