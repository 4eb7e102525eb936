import assert from "node:assert/strict";
import { test } from "node:test";
import { NamesBeside } from "./names-beside.ts";

test("`NamesBeside` names what is written beside a file for that file", () => {
  const names = new NamesBeside(["D/M/a.vhdx"], "posix");
  assert.equal(names.partialOf("D/M/a.vhdx"), "D/M/a.vhdx.partial");
  assert.equal(names.reportOf("D/M/a.vhdx"), "D/M/a.vhdx.salvaged.jsonl");
  assert.equal(names.partialOf("D/M/a.vhdx"), "D/M/a.vhdx.partial", "the same one again");
});

test("`NamesBeside` gives no name twice, and none that a file or a folder has", () => {
  const paths = ["a", "a.partial", "a.partial.partial", "b", "b.partial/c", "b.salvaged.jsonl"];
  const names = new NamesBeside(paths, "posix");
  const given = paths.flatMap((path) => [names.partialOf(path), names.reportOf(path)]);
  assert.equal(
    new Set([...given, ...paths, "b.partial"]).size,
    given.length + paths.length + 1,
    given.join(),
  );
});

test("`NamesBeside` tells names apart as the file system here does", () => {
  const paths = ["A.vhdx", "a.VHDX.Partial", "a.vhdx.SALVAGED.jsonl"];
  const here = new NamesBeside(paths, "posix");
  assert.deepEqual(
    [here.partialOf("A.vhdx"), here.reportOf("A.vhdx")],
    ["A.vhdx.partial", "A.vhdx.salvaged.jsonl"],
  );
  const windows = new NamesBeside(paths, "windows");
  assert.deepEqual(
    [windows.partialOf("A.vhdx"), windows.reportOf("A.vhdx")],
    ["A.vhdx-2.partial", "A.vhdx-2.salvaged.jsonl"],
  );
});

test("`NamesBeside` cuts names that nothing more could stand behind, and still gives none twice", () => {
  for (const letter of ["x", "ü", "😀"]) {
    const bytes = Buffer.byteLength(letter);
    const long = letter.repeat(Math.floor(250 / bytes));
    const paths = [`m/${long}`, `m/${long.slice(0, -letter.length)}y`];
    const names = new NamesBeside(paths, "posix");
    const given = paths.flatMap((path) => [names.partialOf(path), names.reportOf(path)]);
    assert.equal(new Set(given).size, 4);
    for (const path of given) {
      assert.ok(Buffer.byteLength(path.slice(2)) <= 255, path);
      assert.ok(path.isWellFormed() && path.startsWith(`m/${letter}`), path);
    }
    assert.deepEqual(
      given.map((path) => path.split(".").slice(1).join(".")),
      ["partial", "salvaged.jsonl", "partial", "salvaged.jsonl"],
    );
  }
});
