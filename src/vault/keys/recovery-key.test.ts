import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { SeededEntropy } from "../../base/testing/index.ts";
import { formatRecoveryKey, newRecoveryKey, parseRecoveryKey } from "./recovery-key.ts";

test("`parseRecoveryKey()` gives back every key, as people type it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (key) => {
      const text = formatRecoveryKey(key);
      assert.match(text, /^([0-9A-HJKMNP-TV-Z]{6}-){5}[0-9A-HJKMNP-TV-Z]{6}$/);
      for (const typed of [
        text,
        text.toLowerCase(),
        text.replaceAll("-", " "),
        ` ${text.replaceAll("-", "")}\n`,
      ]) {
        assert.deepEqual(parseRecoveryKey(typed), key);
      }
      assert.deepEqual(parseRecoveryKey(text.replaceAll("0", "O").replaceAll("1", "l")), key);
    }),
    { seed: 1 },
  );
});

test("`parseRecoveryKey()` finds every slip of one character and every swap of neighbours", () => {
  const text = newRecoveryKey(new SeededEntropy(4)).reveal();
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "-") continue;
    const slip = text[at] === "7" ? "8" : "7";
    assert.equal(parseRecoveryKey(text.slice(0, at) + slip + text.slice(at + 1)), undefined, `at ${at}`);
    const next = text[at + 1];
    if (next === undefined || next === "-" || next === text[at]) continue;
    const swapped = text.slice(0, at) + next + text[at] + text.slice(at + 2);
    assert.equal(parseRecoveryKey(swapped), undefined, `swap at ${at}`);
  }
});

test("`parseRecoveryKey()` takes no passphrase for a recovery key", () => {
  for (const text of ["", "correct horse battery staple", "U".repeat(36), "0".repeat(35)]) {
    assert.equal(parseRecoveryKey(text), undefined);
  }
});
