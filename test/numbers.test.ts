import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..");

/** The numbers at the beginning of a folder's file names. */
function numbersIn(folder: string): readonly number[] {
  return readdirSync(join(ROOT, folder)).map((name) => {
    const found = /^(\d{4})-[a-z0-9-]+\.md$/.exec(name);
    assert.ok(found, `${folder}/${name}: wanted four digits and a name`);
    return Number(found[1]);
  });
}

for (const folder of ["changes", "docs/decisions"]) {
  test(`the files of ${folder} are numbered from 1, each number once`, () => {
    const numbers = numbersIn(folder);
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      numbers.map((_, at) => at + 1),
    );
  });
}

test("a decision's title has the number of its file, and its date stands below", () => {
  for (const name of readdirSync(join(ROOT, "docs/decisions"))) {
    const [title, , date] = readFileSync(join(ROOT, "docs/decisions", name), "utf8").split("\n");
    assert.match(title ?? "", new RegExp(`^# ${Number(name.slice(0, 4))}\\. \\S`), name);
    assert.match(date ?? "", /^\d{4}-\d\d-\d\d$/, name);
  }
});
