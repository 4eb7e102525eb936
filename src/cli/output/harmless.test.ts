import assert from "node:assert/strict";
import { test } from "node:test";
import { harmless } from "./harmless.ts";
import { COLOURS } from "./paint.ts";

const TEXT = "a\tb\n";
const PAINTED = {
  good: COLOURS.good(TEXT),
  warn: COLOURS.warn(TEXT),
  bad: COLOURS.bad(TEXT),
  strong: COLOURS.strong(TEXT),
  faint: COLOURS.faint(TEXT),
};

test("`harmless()` shows what a terminal would obey, and keeps our colours, tabs and line ends", () => {
  assert.equal(harmless("web\u001B]0;owned\u0007 01"), "web\u241B]0;owned\u2407 01");
  assert.equal(
    harmless("\u001B[2J\u001B[8m\r\u0008\u007F\u009B1m"),
    "\u241B[2J\u241B[8m\u240D\u2408\u2421\uFFFD1m",
  );
  const { good, warn, bad, strong, faint } = PAINTED;
  const ours = `${good}${warn}${bad}${strong}${faint}`;
  assert.equal(harmless(ours), ours);
  assert.equal(harmless("Büro – 会議 🖥"), "Büro – 会議 🖥");
});
