import assert from "node:assert/strict";
import { test } from "node:test";
import { Redactor } from "./redactor.ts";

const ID = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C";

test("`Redactor` gives the same thing the same pseudonym, whatever its case", () => {
  const redactor = new Redactor(["web01", "HV01"]);
  assert.equal(redactor.text(`Microsoft:${ID}\\0`), "Microsoft:<id-1>\\0");
  assert.equal(redactor.text(ID.toLowerCase()), "<id-1>");
  assert.equal(redactor.text("'WEB01' on hv01"), "'<name-1>' on <name-2>");
});

test("`Redactor` replaces paths and keeps what kind of file they are", () => {
  const redactor = new Redactor([]);
  assert.equal(redactor.text("D:\\Customer Ltd\\secret.vhdx"), "<path-1>.vhdx");
  assert.equal(redactor.text('open "\\\\nas01\\share\\x.avhdx" failed'), 'open "<path-2>.avhdx" failed');
});

test("`Redactor` goes through lists and objects, and leaves numbers, words of Hyper-V and parts of words", () => {
  const redactor = new Redactor(["db", "system"]);
  assert.deepEqual(
    redactor.value({ a: [1, true, null, "db"], type: "Microsoft:Hyper-V:Snapshot:Realized" }),
    {
      a: [1, true, null, "<name-1>"],
      type: "Microsoft:Hyper-V:Snapshot:Realized",
    },
  );
  assert.equal(redactor.text("systematic"), "systematic");
  assert.equal(redactor.text("a db or two"), "a db or two", "a short name may be a word");
});
