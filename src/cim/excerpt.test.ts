import assert from "node:assert/strict";
import { test } from "node:test";
import { excerptOf } from "./excerpt.ts";

test("`excerptOf()` leaves what has 2000 characters, and cuts what has more", () => {
  assert.equal(excerptOf("x".repeat(2000)), "x".repeat(2000));
  assert.equal(excerptOf(`${"x".repeat(2000)}y`), `${"x".repeat(2000)}…`);
});

test("`excerptOf()` lets nothing through that a terminal would obey", () => {
  const said = "\u001b]0;title\u0007 \u009b31m a\tb\r\nä\u007f";
  assert.equal(excerptOf(said), "\ufffd]0;title\ufffd \ufffd31m a\tb\r\nä\ufffd");
});
