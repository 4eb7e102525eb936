import assert from "node:assert/strict";
import { test } from "node:test";
import { tellSidecars } from "./tell-sidecars.ts";

function said(sidecars: Parameters<typeof tellSidecars>[0]): readonly string[] {
  const lines: string[] = [];
  const output = { say: (line: string) => lines.push(line) };
  tellSidecars(sidecars, { output } as unknown as Parameters<typeof tellSidecars>[1]);
  return lines;
}

test("`tellSidecars()` says nothing of a vault without parity, nor of one whose parity is whole", () => {
  assert.deepEqual(said(undefined), []);
  assert.deepEqual(said({ missing: [], damaged: [] }), []);
});

test("`tellSidecars()` counts what repair makes again", () => {
  assert.deepEqual(said({ missing: ["packs/00/a"], damaged: ["packs/00/b"] }), [
    "the parity of 2 packs is missing or damaged; stillpoint repair --execute makes it again",
  ]);
});
