import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { before, describe, test } from "node:test";
import type TreeSitter from "@vscode/tree-sitter-wasm";

// the package is CommonJS without named exports that an import could see
const require = createRequire(import.meta.url);
const { Language, Parser } = require("@vscode/tree-sitter-wasm") as typeof TreeSitter;
const script = readFileSync(new URL("./bridge.ps1", import.meta.url), "utf8");
const code = script.replaceAll(/^\s*#.*$/gm, "");

describe("bridge.ps1", () => {
  let parser: TreeSitter.Parser;
  before(async () => {
    await Parser.init();
    const grammar = require.resolve("@vscode/tree-sitter-wasm/wasm/tree-sitter-powershell.wasm");
    parser = new Parser().setLanguage(await Language.load(readFileSync(grammar)));
  });
  const parsed = (text: string): TreeSitter.Node => {
    const tree = parser.parse(text);
    assert.ok(tree);
    return tree.rootNode;
  };

  test("is PowerShell by the grammar that Visual Studio Code uses, and so is nothing with a piece missing", () => {
    assert.deepEqual(faults(parsed(script)), []);
    assert.equal(parsed(script).hasError, false);
    for (const broken of ["function f {", "if ($a { 1 }", "$a = (1", '$a = "b', "foreach ($x in) { }"]) {
      assert.equal(parsed(`${script}\n${broken}\n`).hasError, true, broken);
    }
  });

  test("calls only functions that it has, and the few commands of every Windows PowerShell", () => {
    const nodes = all(parsed(script));
    const defined = nodes.filter(({ type }) => type === "function_name").map(({ text }) => text);
    const called = nodes.filter(({ type }) => type === "command_name").map(({ text }) => text);
    assert.ok(
      defined.length > 10 && called.length > 30,
      `${defined.length} functions, ${called.length} calls`,
    );
    const foreign = [...new Set(called)].filter((name) => !defined.includes(name)).sort();
    assert.deepEqual(foreign, ["ConvertFrom-Json", "New-Object", "Set-StrictMode"]);
    assert.deepEqual(
      defined.filter((name) => !called.includes(name)),
      [],
      "functions that nobody calls",
    );
  });

  test("reads no variable that it does not set", () => {
    const nodes = all(parsed(script)).filter(({ type }) => type === "variable");
    const read = new Set(nodes.map(({ text }) => text.toLowerCase()));
    const set = new Set([...code.matchAll(/(\$\w+)\s*=[^=]/g)].map(([, name = ""]) => name.toLowerCase()));
    const given = [...code.matchAll(/(?:function [\w-]+|param)\(([^)]*)\)|foreach \((\$\w+) in/g)].flatMap(
      ([, parameters = "", each = ""]) => `${parameters},${each}`.split(",").map((name) => name.trim()),
    );
    const known = new Set([...set, ...given.map((name) => name.toLowerCase())]);
    assert.deepEqual([...read].filter((name) => !known.has(name)).sort(), [
      "$_",
      "$executioncontext",
      "$false",
      "$null",
      "$psversiontable",
      "$true",
    ]);
  });

  test("is ASCII, so that Windows PowerShell reads it without a byte-order mark as it is", () => {
    assert.match(script, /^[\x20-\x7e\n]+$/);
  });

  test("knows nothing of Hyper-V, and nothing of what it carries", () => {
    assert.doesNotMatch(script, /hyper-?v|msvm|virtual|checkpoint|snapshot|win32_|root[\\/]/i);
  });

  test("leaves its channel alone: the variable that makes powershell.exe read standard input is not named", () => {
    assert.doesNotMatch(script, /\$input\b/i);
  });

  test("has nothing that a policy or an antivirus program takes offence at", () => {
    assert.doesNotMatch(code, /Add-Type|Invoke-Expression|\biex\b|FromBase64String|Import-Module|http/i);
  });

  test("stays small", () => {
    const lines = code.split("\n").filter((line) => line.trim() !== "");
    assert.ok(lines.length <= 190, `${lines.length} lines`);
  });
});

function all(node: TreeSitter.Node): TreeSitter.Node[] {
  return [node, ...node.children.flatMap((child) => (child === null ? [] : all(child)))];
}

function faults(root: TreeSitter.Node): string[] {
  return all(root)
    .filter((node) => node.isError || node.isMissing)
    .map(({ startPosition, text }) => `line ${startPosition.row + 1}: ${text.slice(0, 80)}`);
}
