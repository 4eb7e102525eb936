import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../base/index.ts";
import { VaultPassphraseWeakError } from "../errors.ts";
import { assertStrong, estimateBits } from "./passphrase-strength.ts";

const WEAK = [
  "",
  "a",
  "secret",
  "password",
  "Password123!",
  "passwort1234",
  "qwertyuiop",
  "1234567890123456",
  "aaaaaaaaaaaaaaaaaaaaaaaa",
  "sommerurlaub",
  "abcdefghijklmnop",
  "summersummersummersummer",
  "hunter2",
];
const STRONG = [
  "correct horse battery staple",
  "kX9mQ2vL7pR4tW8z",
  "Vier graue Elefanten tanzen",
  "g7#kP!2z@Qm9w",
  "еще одна длинная фраза для архива",
];

test("`assertStrong()` refuses what is guessed soon, with the estimate, and does not repeat it", () => {
  for (const text of WEAK) {
    assert.throws(
      () => {
        assertStrong(new Secret(text));
      },
      (error) => {
        assert.ok(error instanceof VaultPassphraseWeakError, text);
        assert.equal(error.estimatedBits, estimateBits(text));
        assert.ok(text.length < 3 || !error.message.includes(text));
        return true;
      },
      text,
    );
  }
});

test("`assertStrong()` takes words of a number, and random characters of a length", () => {
  for (const text of STRONG) assertStrong(new Secret(text));
});

test("`estimateBits()` gives the same for both forms of an accent", () => {
  assert.equal(estimateBits("caf\u00e9 brûlé 77"), estimateBits("cafe\u0301 brûlé 77"));
});
