import assert from "node:assert/strict";
import { test } from "node:test";
import { splitCommandLine } from "./split-command-line.ts";

test("`splitCommandLine()` takes lines apart as CommandLineToArgvW does", () => {
  // the table of "Parsing C command-line arguments" (learn.microsoft.com), without its rule for two quotes in a row
  const lines: readonly (readonly [string, readonly string[]])[] = [
    ["p", ["p"]],
    ["  p   a\tb  ", ["p", "a", "b"]],
    ['p "a b c" d e', ["p", "a b c", "d", "e"]],
    ['p "ab\\"c" "\\\\" d', ["p", 'ab"c', "\\", "d"]],
    ['p a\\\\\\b d"e f"g h', ["p", "a\\\\\\b", "de fg", "h"]],
    ['p a\\\\\\"b c d', ["p", 'a\\"b', "c", "d"]],
    ['p a\\\\\\\\"b c" d e', ["p", "a\\\\b c", "d", "e"]],
    ['"C:\\Program Files\\x.exe" /s ""', ["C:\\Program Files\\x.exe", "/s", ""]],
    ["", []],
  ];
  for (const [line, parts] of lines) assert.deepEqual(splitCommandLine(line), parts, line);
});
