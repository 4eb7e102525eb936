import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommand, scriptLines } from "./diskshadow-command.ts";

test("`parseCommand()` reads what the client says, with quotes and in any case", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["SET CONTEXT persistent", { kind: "set", name: "context", value: "persistent" }],
    ['set metadata "C:\\a b\\c.cab"', { kind: "set", name: "metadata", value: "C:\\a b\\c.cab" }],
    ["writer verify {66841CD4-x}", { kind: "writer", act: "verify", name: "{66841CD4-x}" }],
    ['writer exclude "A Writer:\\B C"', { kind: "writer", act: "exclude", name: "A Writer:\\B C" }],
    ["begin backup", { kind: "begin" }],
    ["add volume D: alias X", { kind: "add", volume: "D:", alias: "X" }],
    ["add volume \\\\nas\\vms", { kind: "add", volume: "\\\\nas\\vms", alias: undefined }],
    ["create", { kind: "create" }],
    ["end backup", { kind: "end" }],
    ["list writers metadata", { kind: "list-writers", detail: "metadata" }],
    ["list shadows all", { kind: "list-shadows", scope: "all", id: "" }],
    ["delete shadows set {ab}", { kind: "delete", scope: "set", id: "ab" }],
    ["rem create", { kind: "nothing" }],
    ["# create", { kind: "nothing" }],
  ];
  for (const [line, wanted] of cases) assert.deepEqual(parseCommand(line), wanted, line);
});

test("`parseCommand()` does not know what diskshadow does not know", () => {
  const lines = ["make", "begin", "add volume", "add volume D: called X", "delete shadows set", "set x y"];
  for (const line of lines) assert.equal(parseCommand(line).kind, "unknown", line);
});

test("`scriptLines()` drops empty lines, indentation and a mark", () => {
  assert.deepEqual(scriptLines("\uFEFFcreate\r\n\r\n  end backup\n"), ["create", "end backup"]);
});
