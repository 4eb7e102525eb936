import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { windowsPowershell, windowsPowershellEnvironment } from "./windows-powershell.ts";

describe("windowsPowershell()", () => {
  test("names Windows' own copy by its path, however the environment spells its variable", () => {
    const own = "E:\\Win\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
    assert.equal(windowsPowershell({ SYSTEMROOT: "E:\\Win" }).program, own);
    assert.equal(windowsPowershell({ SystemRoot: "E:\\Win" }).program, own);
    assert.match(windowsPowershell({ Path: "D:\\evil" }).program, /^C:\\Windows\\System32\\/);
  });

  test("ends with the script, which lies beside the code: what follows -File belongs to the script", () => {
    const { arguments: given } = windowsPowershell({});
    assert.equal(given.at(-2), "-File");
    assert.ok(existsSync(given.at(-1) ?? ""));
    assert.ok(!given.some((text) => /^-(?:e|enc|c|command|encodedcommand)$/i.test(text)));
  });
});

test("`windowsPowershellEnvironment()` leaves out PowerShell 7's search path for modules, and nothing else", () => {
  const environment = {
    Path: "C:\\x",
    PSModulePath: "C:\\Program Files\\PowerShell\\7\\Modules",
    TEMP: "C:\\t",
  };
  assert.deepEqual(windowsPowershellEnvironment(environment), { Path: "C:\\x", TEMP: "C:\\t" });
});
