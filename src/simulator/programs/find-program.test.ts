import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHost } from "../state/parse-host.ts";
import { findProgram } from "./find-program.ts";

const host = parseHost(
  JSON.stringify({
    name: "HV01",
    os: { caption: "Windows Server 2012 R2", version: "6.3.9600" },
    programs: [{ name: "freeze.cmd" }, { name: "C:\\Tools\\thaw.exe" }],
  }),
  "host.json",
);

function found(program: string, ...given: readonly string[]): string | undefined {
  const match = findProgram(host, { program, arguments: given });
  return match?.kind === "scripted" ? match.entry.name : match?.kind;
}

test("`findProgram()` compares the last part of a path, in any case, with or without extension", () => {
  for (const name of ["freeze", "FREEZE.CMD", "C:\\a b\\Freeze.cmd", '"C:\\a b\\freeze.cmd"'])
    assert.equal(found(name), "freeze.cmd", name);
  for (const name of ["thaw", "Thaw.exe", "D:\\other\\thaw.EXE"])
    assert.equal(found(name), "C:\\Tools\\thaw.exe", name);
  for (const name of ["diskshadow", "DISKSHADOW.EXE", "C:\\Windows\\System32\\diskshadow.exe"])
    assert.equal(found(name), "diskshadow", name);
  for (const name of ["freez", "freeze.ps", "cmd.exe", ""]) assert.equal(found(name), undefined, name);
});

test("`findProgram()` looks behind cmd.exe and powershell.exe, as parts or as one text", () => {
  assert.equal(found("cmd.exe", "/d", "/c", "freeze.cmd", "web01"), "freeze.cmd");
  assert.equal(
    found("C:\\Windows\\system32\\cmd.exe", "/C", '"C:\\a b\\thaw.exe" web01'),
    "C:\\Tools\\thaw.exe",
  );
  assert.equal(found("powershell", "-NoProfile", "-File", "D:\\freeze.cmd"), "freeze.cmd");
  assert.equal(found("cmd", "/c", "cmd /c thaw"), "C:\\Tools\\thaw.exe");
  assert.equal(found("cmd", "/c"), undefined);
});
