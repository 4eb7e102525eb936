import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { listCards } from "../src/app/index.ts";
import { COMMANDS, type CommandContract, PARAMETERS } from "../src/contract/index.ts";

const PATH = join(import.meta.dirname, "../docs/administrator-guide.md");
const GUIDE = readFileSync(PATH, "utf8");

describe("the administrator's guide", () => {
  test("names only flags and commands that the program has", () => {
    const flags: readonly string[] = Object.values(PARAMETERS).map(({ flag }) => flag);
    const named = [...GUIDE.matchAll(/(?<![\w-])--([a-z][a-z-]+)/g)].map((found) => String(found[1]));
    assert.ok(named.length > 20, `only ${named.length} flags were seen`);
    for (const flag of named) assert.ok(flags.includes(flag), `--${flag}`);
    const commands = Object.values(COMMANDS as Record<string, CommandContract>).map(({ name }) => name);
    for (const found of GUIDE.matchAll(/\bstillpoint ((?:[a-z]+ ?)+)/g)) {
      const typed = String(found[1]).trim();
      assert.ok(
        commands.some((name) => `${typed} `.startsWith(`${name} `)),
        `stillpoint ${typed}`,
      );
    }
  });

  test("names only codes that exist", () => {
    const codes = new Set(listCards().map(({ code }) => code));
    const table = GUIDE.slice(GUIDE.indexOf("| it says |"));
    const named = [...table.matchAll(/^\| `([a-z-]+)`/gm)].map((found) => String(found[1]));
    assert.ok(named.length > 5);
    for (const code of named) assert.ok(codes.has(code), code);
  });

  test("leads to files and headings that are there, and says whose word each mark is", () => {
    const headings = [...GUIDE.matchAll(/^## (.*)$/gm)].map((found) => anchorOf(String(found[1])));
    for (const found of GUIDE.matchAll(/\]\(([^)\s]+)\)/g)) {
      const target = String(found[1]);
      if (target.startsWith("https:")) continue;
      if (target.startsWith("#")) assert.ok(headings.includes(target.slice(1)), target);
      else assert.ok(existsSync(join(dirname(PATH), target)), target);
    }
    for (const found of GUIDE.matchAll(/\*\*\[([^\]]{1,2})\]\*\*/g))
      assert.match(String(found[1]), /^[MORU]$/);
  });

  test("says that it applies to all products, and uses Hyper-V's names for its checkpoints (S12, S18, S22)", () => {
    assert.match(GUIDE, /It applies to all products/);
    assert.match(GUIDE, /production checkpoint/);
    assert.match(GUIDE, /standard checkpoint/);
  });
});

/** As GitHub makes anchors. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .replaceAll(" ", "-");
}
