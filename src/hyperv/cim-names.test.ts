import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CLASS } from "./cim-names.ts";

test("no other file of this module spells a class of Hyper-V", () => {
  const files = readdirSync(import.meta.dirname, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.startsWith("testing"));
  assert.ok(files.length > 30, `only ${files.length} files were seen`);
  const spellers = files.filter((path) => {
    const code = readFileSync(join(import.meta.dirname, path), "utf8").replace(
      /\/\*[\s\S]*?\*\/|\/\/.*$/gm,
      "",
    );
    return /Msvm_|Win32_/.test(code);
  });
  assert.deepEqual(spellers, ["cim-names.ts"]);
});

test("`CLASS` names classes of the Hyper-V and Windows providers only", () => {
  for (const name of Object.values(CLASS)) assert.match(name, /^(Msvm|Win32|MSCluster)_[A-Za-z]+$/);
});
