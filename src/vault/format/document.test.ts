import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Guid, hexFromBytes, parseGuid } from "../../base/index.ts";
import { FULL_KEY_WRITER, vaultKeysFrom } from "../crypto/vault-keys.ts";
import { encodeSegment } from "../index/segment-codec.ts";
import { formatRecoveryKey } from "../keys/recovery-key.ts";
import { formatRecoveryShare } from "../keys/recovery-share.ts";
import { parseFrameClear } from "../packs/frame-clear.ts";
import { longestFrame, sealFrame } from "../packs/frame-codec.ts";
import { NodeDraft } from "../recipes/recipe-node.ts";
import * as layoutModule from "./layout.ts";
import { RecoveryShareBytes } from "./layout.ts";
import * as magicModule from "./magic.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../docs/vault-format.md"), "utf8");
const layout: Readonly<Record<string, unknown>> = { ...layoutModule };
const magics: Readonly<Record<string, unknown>> = { ...magicModule };
const ID_A = new Uint8Array(32).fill(0xa0);
const ID_B = new Uint8Array(32).fill(0xb1);

/** The hexadecimal digits of an example, without what they mean. */
function example(name: string): readonly string[] {
  const found = new RegExp(`\`\`\`example ${name}\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1];
  assert.ok(found !== undefined, `the page has no example ${name}`);
  return found
    .trim()
    .split("\n")
    .map((line) => line.split(" ")[0] as string);
}

test("docs/vault-format.md has the table of every structure that the code declares, field for field", () => {
  const tables = [...PAGE.matchAll(/<!-- struct (\w+) -->\n\|.*\n\|.*\n((?:\|.*\n)+)/g)];
  const declared = Object.entries(layout).filter(
    ([, value]) => typeof value === "object" && value !== null && "decode" in value,
  );
  assert.deepEqual(
    tables.map(([, name]) => String(name)).sort(),
    declared
      .map(([name]) => name)
      .filter((name) => name !== "FooterOffset")
      .sort(),
  );
  for (const [, name, rows] of tables) {
    const table = layout[String(name)] as { offsetOf(field: string): number; sizeBytes: number };
    let at = 0;
    for (const row of (rows as string).trim().split("\n")) {
      const [, size, field] = row.split("|").map((cell) => cell.trim());
      if (field !== "") assert.equal(table.offsetOf(String(field)), at, `${name}.${field}`);
      at += Number(size);
    }
    assert.equal(table.sizeBytes, at, String(name));
  }
});

test("each magic is the beginning of the SHA-256 of its sentence, and the page has the sentences", () => {
  const sentences: Record<string, string> = {
    PACK_MAGIC: "pack",
    SEGMENT_MAGIC: "segment",
    POINT_MAGIC: "restore point",
    REMOVAL_MAGIC: "removal",
    PARITY_MAGIC: "parity",
    PACK_END_MAGIC: "pack end",
    FRAME_MAGIC: "frame",
    NODE_MAGIC: "recipe node",
  };
  for (const [name, kind] of Object.entries(sentences)) {
    const bytes = magics[name] as Uint8Array;
    assert.ok(PAGE.includes(`\`stillpoint vault: ${kind}\``));
    assert.ok(hash("sha256", `stillpoint vault: ${kind}`).startsWith(hexFromBytes(bytes)));
  }
});

test("the keys of the page's example are those that the code derives", () => {
  const masterKey = Uint8Array.from({ length: 32 }, (_, i) => i);
  const keys = vaultKeysFrom(masterKey, parseGuid("00112233-4455-6677-8899-aabbccddeeff") as Guid);
  const [config, identity, index, envelope, writer, signature] = example("keys");
  assert.equal(hexFromBytes(keys.configKey), config);
  assert.equal(hexFromBytes(keys.identityKey), identity);
  assert.equal(hexFromBytes(keys.indexRoot), index);
  const der = keys.envelope.privateKey.export({ format: "der", type: "pkcs8" });
  assert.equal(der.subarray(-32).toString("hex"), envelope);
  assert.equal(hexFromBytes(keys.proofKey(FULL_KEY_WRITER)), writer);
  assert.equal(hexFromBytes(keys.signedBy(FULL_KEY_WRITER)), signature);
});

test("the recovery key of the page's example is the one that the code prints", () => {
  const text = formatRecoveryKey(Uint8Array.from({ length: 20 }, (_, i) => i));
  assert.ok(PAGE.includes(`\`${text}\``), text);
});

test("the share of the page's example is the one that the code prints", () => {
  const share = RecoveryShareBytes.decode(Buffer.from(example("share").join(""), "hex"));
  const text = formatRecoveryShare(share);
  assert.ok(PAGE.includes(`\`${text}\``), text);
});

test("the frame of the page's example is the one that the code writes", () => {
  const plain = Uint8Array.of(1, 2, 3, 4, 5);
  const ids = Buffer.concat([ID_A, ID_B]);
  const target = new Uint8Array(longestFrame(5, 2));
  const seal = { key: new Uint8Array(32), header: new Uint8Array(176) };
  const length = sealFrame({ number: 5, plain, ids, lengths: Uint32Array.of(3, 2) }, seal, target);
  assert.equal(length, 125);
  const clear = parseFrameClear(target, 0);
  assert.equal(hexFromBytes(target.subarray(0, clear?.clearBytes)), example("frame").join(""));
});

test("the segment of the page's example is the one that the code writes", () => {
  const bytes = encodeSegment([
    {
      digest: new Uint8Array(32).fill(0xc2),
      sizeBytes: 400,
      frames: [{ number: 5, offset: 176, sealedBytes: 125, ids: Buffer.concat([ID_B, ID_A]) }],
    },
  ]);
  assert.equal(hexFromBytes(bytes), example("segment").join(""));
});

test("the node of the page's example is the one that the code writes", () => {
  const node = new NodeDraft(1);
  node.add(65_536, ID_A);
  node.add(65_536, ID_B);
  node.add(65_536, undefined);
  node.add(98_304, undefined);
  node.add(32_768, ID_A);
  assert.equal(hexFromBytes(node.encode()), example("node").join(""));
});
