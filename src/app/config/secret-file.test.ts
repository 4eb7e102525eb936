import assert from "node:assert/strict";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SecretUnreadableError } from "../errors.ts";
import { readSecretFile } from "./secret-file.ts";

test("`readSecretFile()` leaves out one trailing line end and nothing else", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "stillpoint-secret-"));
  const path = join(folder.path, "secret");
  const cases: readonly (readonly [string, string])[] = [
    ["correct horse", "correct horse"],
    ["correct horse\n", "correct horse"],
    ["correct horse\r\n", "correct horse"],
    ["two\n\n", "two\n"],
    [" spaces \n", " spaces "],
    ["größe\n", "größe"],
  ];
  for (const [content, secret] of cases) {
    writeFileSync(path, content);
    assert.equal((await readSecretFile(path)).reveal(), secret);
  }
});

test("`readSecretFile()` refuses what is missing, empty, huge or not UTF-8", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "stillpoint-secret-"));
  const path = join(folder.path, "secret");
  await assert.rejects(readSecretFile(path), SecretUnreadableError);
  for (const content of [
    new Uint8Array(0),
    Uint8Array.of(10),
    Uint8Array.of(0xff, 0xfe, 0x41),
    new Uint8Array(70_000).fill(65),
  ]) {
    writeFileSync(path, content);
    await assert.rejects(readSecretFile(path), SecretUnreadableError);
  }
});
