import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseRestorePointId } from "../../base/index.ts";
import { CopiedFile } from "./copied-file.ts";

const KEY = "0d3ba4a5-62a4-4a0c-9b94-2f3f7b4f1c11/00112233445566778899aabbccddeeff";

test("`CopiedFile` remembers copies of one vault, and gets over a line that is torn", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "stillpoint-copied-"));
  try {
    const [id, other] = ["0".repeat(32), "f".repeat(32)].map(parseRestorePointId);
    assert.ok(id !== undefined && other !== undefined);
    const file = new CopiedFile("vault", { stateDir });
    assert.deepEqual(await file.read(), new Map());
    await file.note(KEY, id);
    const [name] = readdirSync(join(stateDir, "copies"));
    appendFileSync(join(stateDir, "copies", name ?? ""), `${KEY} 00`);
    await file.note(`${KEY}0`, other);
    const expected = new Map([
      [KEY, id],
      [`${KEY}0`, other],
    ]);
    assert.deepEqual(await new CopiedFile("vault", { stateDir }).read(), expected);
    assert.deepEqual(await new CopiedFile("another", { stateDir }).read(), new Map());
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
});
