import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { decodeConfig, encodeConfig, isConfigProven, newConfig } from "./config-document.ts";
import { decodeKeySlot, encodeKeySlot, type KeySlotDocument } from "./key-slot-document.ts";

const id = guid("00112233-4455-6677-8899-aabbccddeeff");
const key = new Uint8Array(32).fill(3);
const config = newConfig({ id, created: "2026-01-01T00:00:00Z", chunkBytes: 65_536 });
const text = `{"format":"stillpoint-vault","version":1,"id":"${id}","created":"2026-01-01T00:00:00Z","chunkBytes":65536,"identity":"blake3-256-keyed"}`;
const bytesOf = (line: string): Uint8Array => new TextEncoder().encode(line);

test("`encodeConfig()` writes one line, proved by the HMAC of the line without it", () => {
  const mac = createHmac("sha256", key).update(text).digest("hex");
  const expected = `${text.slice(0, -1)},"mac":"${mac}"}\n`;
  assert.equal(new TextDecoder().decode(encodeConfig(config, key)), expected);
  const read = decodeConfig(bytesOf(expected));
  assert.ok(read.kind === "config");
  assert.deepEqual(read.config, config);
  assert.equal(isConfigProven(read.config, read.mac, key), true);
  assert.equal(isConfigProven(read.config, read.mac, new Uint8Array(32)), false);
});

test("`decodeConfig()` tells no vault, a newer one and a damaged one apart", () => {
  const good = new TextDecoder().decode(encodeConfig(config, key));
  const kindOf = (line: string): string => decodeConfig(bytesOf(line)).kind;
  assert.equal(kindOf(good), "config");
  for (const line of ["", "{}", "[]", "hello", "null", good.replace("stillpoint-vault", "restic")]) {
    assert.equal(kindOf(line), "no-vault", line);
  }
  assert.equal(kindOf('{"format":"stillpoint-vault","version":2,"anything":"new"}'), "too-new");
  for (const line of [
    good.replace('"version":1', '"version":0'),
    good.replace("65536", "65537"),
    good.replace("65536", "1048576"),
    good.replace("65536", '"65536"'),
    good.replace("blake3", "sha"),
    good.replace('{"', '{ "'),
    good.trim(),
    `${good}\n`,
    good.replace(id, id.toUpperCase()),
    good.replace(/"mac":"../, '"mac":"'),
  ]) {
    assert.equal(kindOf(line), "damaged", line);
  }
});

test("`newConfig()` takes only powers of two from 4 KiB to 512 KiB", () => {
  for (const chunkBytes of [0, 2048, 5000, 1 << 20, Number.NaN]) {
    assert.throws(() => newConfig({ ...config, chunkBytes }), TypeError);
  }
  for (const chunkBytes of [4096, 1 << 19])
    assert.equal(newConfig({ ...config, chunkBytes }).chunkBytes, chunkBytes);
});

test("`decodeKeySlot()` gives back what was written, and takes nothing else for a slot", () => {
  const slot: KeySlotDocument = {
    kind: "passphrase",
    vault: id,
    created: "2026-01-01T00:00:00Z",
    salt: "ab".repeat(32),
    memoryKiB: 65_536,
    passes: 3,
    lanes: 4,
    nonce: "cd".repeat(12),
    sealed: "ef".repeat(48),
  };
  assert.deepEqual(decodeKeySlot(encodeKeySlot(slot)), slot);
  const wrong: Record<string, unknown>[] = [
    { kind: "fingerprint" },
    { vault: "me" },
    { salt: "ab" },
    { salt: "AB".repeat(32) },
    { nonce: 12 },
    { sealed: "xy".repeat(48) },
    { memoryKiB: 1_048_577 },
    { passes: 65 },
    { lanes: 1.5 },
    { lanes: -1 },
    { further: true },
  ];
  for (const change of wrong) {
    assert.equal(
      decodeKeySlot(bytesOf(`${JSON.stringify({ ...slot, ...change })}\n`)),
      undefined,
      JSON.stringify(change),
    );
  }
});

test("`config` says that packs have sidecars by the number of their parity segments, in front of the MAC, and by no other number", () => {
  const withParity = newConfig({ ...config, parity: 2 });
  const line = new TextDecoder().decode(encodeConfig(withParity, key));
  const mac = createHmac("sha256", key)
    .update(`${text.slice(0, -1)},"parity":2}`)
    .digest("hex");
  assert.equal(line, `${text.slice(0, -1)},"parity":2,"mac":"${mac}"}\n`);
  const read = decodeConfig(bytesOf(line));
  assert.ok(read.kind === "config" && isConfigProven(read.config, read.mac, key));
  assert.deepEqual(read.config, withParity);
  for (const other of ['"parity":3', '"parity":"2"', '"parity":null', '"parity":true']) {
    assert.equal(decodeConfig(bytesOf(line.replace('"parity":2', other))).kind, "damaged", other);
  }
});
