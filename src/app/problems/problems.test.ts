import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DISK_PROBLEMS } from "./disk-problems.ts";
import { HOST_PROBLEMS } from "./host-problems.ts";
import { PROBLEMS } from "./problems.ts";
import { PROGRAM_PROBLEMS } from "./program-problems.ts";
import { VAULT_PROBLEMS } from "./vault-problems.ts";

const SRC = join(import.meta.dirname, "../..");
// places/errors.ts builds these codes
const FILE_REASONS = ["missing", "exists", "locked", "denied", "full", "unmapped", "failed"];
const COMMAND_REASONS = ["missing", "denied", "timeout", "killed", "failed"];

/** The codes of all error classes of production code, read from their source. */
function declaredCodes(): Set<string> {
  const codes = new Set([
    ...FILE_REASONS.map((reason) => `host-file-${reason}`),
    ...COMMAND_REASONS.map((reason) => `host-command-${reason}`),
  ]);
  for (const name of readdirSync(SRC, { recursive: true }).map(String)) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts") || /(^|[/\\])testing[/\\]/.test(name)) continue;
    const text = readFileSync(join(SRC, name), "utf8");
    for (const found of text.matchAll(/readonly code(?:: string)? = "([^"]+)"/g))
      codes.add(found[1] as string);
  }
  return codes;
}

test("`PROBLEMS` has a row for every error class, and no row for an error that does not exist", () => {
  const declared = [...declaredCodes()].sort();
  assert.ok(declared.length > 80, `only ${declared.length} codes were seen`);
  assert.deepEqual(Object.keys(PROBLEMS).sort(), declared);
});

test("`PROBLEMS` has each code in one table only", () => {
  const tables = [PROGRAM_PROBLEMS, HOST_PROBLEMS, DISK_PROBLEMS, VAULT_PROBLEMS];
  const keys = tables.flatMap((table) => Object.keys(table));
  assert.equal(new Set(keys).size, keys.length);
});

test("`PROBLEMS` speaks English and German in whole sentences", () => {
  for (const [code, problem] of Object.entries(PROBLEMS)) {
    for (const words of [problem.meaning, problem.advice]) {
      assert.deepEqual(Object.keys(words).sort(), ["de", "en"], code);
      for (const text of Object.values(words)) assert.match(text, /^\S.{8,}[.]$/su, code);
      assert.notEqual(words.en, words.de, code);
    }
    assert.match(code, /^[a-z]+(-[a-z]+)*$/);
  }
});
