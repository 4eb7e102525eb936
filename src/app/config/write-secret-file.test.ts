import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platform } from "node:process";
import { test } from "node:test";
import { SecretFileTakenError } from "../errors.ts";
import { writeSecretFile } from "./write-secret-file.ts";

test("`writeSecretFile()` makes a file that only its owner reads, and writes over nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-secret-"));
  try {
    const path = join(folder, "key");
    await writeSecretFile(path, "first\n");
    if (platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
    await assert.rejects(writeSecretFile(path, "second\n"), SecretFileTakenError);
    assert.equal(readFileSync(path, "utf8"), "first\n");
    await assert.rejects(writeSecretFile(join(folder, "nowhere", "key"), "x"), SecretFileTakenError);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
