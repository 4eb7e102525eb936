/*
 * Proves entry by entry that both answers to what nobody has seen on a real host are tested: docs/unconfirmed.md has the
 * entries, docs/unconfirmed-shown.md the tests.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { assumptionsSchema } from "../src/simulator/state/assumptions.ts";
import { statementTests } from "../tools/statement-tests.mjs";
import { assertTestsAreThere } from "./testing/named-tests.ts";

const ROOT = join(import.meta.dirname, "..");
const NO_OTHER_ANSWER = "–";
/**
 * Entries one of whose answers nothing but Windows can show, in the page's order: the rare exception, so each new one must be
 * worth a line here. The other answer is tested all the same.
 */
const ONLY_ON_WINDOWS: readonly string[] = ["windows-long-paths"];

const document = readFileSync(join(ROOT, "docs/unconfirmed.md"), "utf8");
const page = readFileSync(join(ROOT, "docs/unconfirmed-shown.md"), "utf8");
const shown = statementTests(page);
const rows = document
  .split(/^## /m)
  .slice(1)
  .flatMap((section) => rowsOf(section));
const switches = rows.filter(({ section }) => section.startsWith("Switches"));
const entries = rows.filter((row) => !switches.includes(row));

describe("docs/unconfirmed-shown.md", () => {
  test("has every entry and every switch of its own once, in the order of docs/unconfirmed.md", () => {
    assert.ok(entries.length > 80, `only ${entries.length} entries were seen`);
    const own = (row: Row): string[] => {
      if (!switches.includes(row)) return [row.id];
      return entryOf(row) === undefined ? [`switch ${row.id}`] : [];
    };
    assert.deepEqual([...shown.keys()], rows.flatMap(own));
  });

  test("has tests for both answers of each, or says why only Windows can show one", () => {
    for (const row of rows) {
      if (switches.includes(row) && entryOf(row) !== undefined) continue;
      const subject = switches.includes(row) ? `switch ${row.id}` : row.id;
      const kinds = new Set((shown.get(subject) ?? []).map(({ kind }) => kind));
      const wanted = row.cells[2] === NO_OTHER_ANSWER ? ["either"] : ["assumed", "other"];
      const missing = wanted.filter((kind) => !kinds.has(kind));
      if (missing.length === 1 && kinds.size > 0 && ONLY_ON_WINDOWS.includes(subject)) continue;
      assert.deepEqual(missing, [], `${subject} has no test for these answers`);
      for (const kind of kinds) assert.ok(wanted.includes(kind), `${subject} has no answer "${kind}"`);
    }
  });

  test("says of exactly the known few that only Windows can show an answer, and why", () => {
    const said = page.split(/^### /m).flatMap((part) => {
      const reason = /^- only on Windows · (.*)$/m.exec(part);
      return reason === null ? [] : [{ subject: part.split(/ · |\n/)[0], reason: String(reason[1]) }];
    });
    assert.deepEqual(
      said.map(({ subject }) => subject),
      ONLY_ON_WINDOWS,
    );
    for (const { subject, reason } of said) assert.ok(reason.length > 30, `${subject}: "${reason}"`);
  });

  test("names tests that are there", () => {
    assertTestsAreThere(shown);
  });

  test("has no line that looks like a test and is not read as one", () => {
    const lines = page.split("\n").filter((line) => line.startsWith("- "));
    const read = [...shown.values()].reduce((sum, tests) => sum + tests.length, 0);
    const reasons = lines.filter((line) => line.startsWith("- only on Windows · ")).length;
    assert.equal(read + reasons, lines.length);
  });
});

describe("the switches of docs/unconfirmed.md", () => {
  test("are those of the simulated host, in any order", () => {
    assert.deepEqual(switches.map(({ id }) => id).sort(), Object.keys(assumptionsSchema.shape).sort());
  });

  test("are all tested both ways, in tests that turn them", () => {
    for (const row of switches) {
      assert.equal(row.cells[2], "yes", row.id);
      const subject = entryOf(row) ?? `switch ${row.id}`;
      const tests = shown.get(subject);
      assert.ok(tests !== undefined, `switch ${row.id} names ${subject}, which is no entry`);
      const turned = tests.some(({ file }) =>
        readFileSync(join(ROOT, file), "utf8").match(new RegExp(`\\b${row.id}\\b`)),
      );
      assert.ok(turned, `no test of ${subject} turns ${row.id}`);
    }
  });
});

interface Row {
  readonly section: string;
  readonly id: string;
  readonly cells: readonly string[];
}

/** The rows of a section's tables whose first column is an id or the name of a switch; `cells` are those behind it. */
function rowsOf(section: string): readonly Row[] {
  const title = String(section.split("\n")[0]);
  return section
    .split("\n\n")
    .filter((part) => /^\| (?:id|switch) \|/.test(part))
    .flatMap((table) => table.trim().split("\n").slice(2))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map(([, id, ...cells]) => ({ section: title, id: String(id), cells }));
}

/** The entry to which a switch belongs. */
function entryOf({ cells }: Row): string | undefined {
  return /^entry ([a-z0-9-]+)/.exec(String(cells[0]))?.[1];
}
