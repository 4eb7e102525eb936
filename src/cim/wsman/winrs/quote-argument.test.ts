import assert from "node:assert/strict";
import { test } from "node:test";
import { quoteArgument } from "./quote-argument.ts";

test("`quoteArgument()` writes what CommandLineToArgvW takes apart again", () => {
  // the examples of "Parsing C command-line arguments" (learn.microsoft.com), read backwards
  const arguments_: readonly (readonly [string, string])[] = [
    ["abc", "abc"],
    ["a b", '"a b"'],
    ["", '""'],
    ["a\\\\b", "a\\\\b"],
    ['a"b', '"a\\"b"'],
    ['a\\"b', '"a\\\\\\"b"'],
    ["C:\\Program Files\\", '"C:\\Program Files\\\\"'],
    ["tab\there", '"tab\there"'],
  ];
  for (const [argument, quoted] of arguments_) assert.equal(quoteArgument(argument), quoted);
});
