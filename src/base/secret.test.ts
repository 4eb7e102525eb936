import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { format, inspect } from "node:util";
import { Secret } from "./secret.ts";

describe("Secret", () => {
  const secret = new Secret("correct horse");

  test("gives its value only to who asks for it by name", () => {
    assert.equal(secret.reveal(), "correct horse");
  });

  test("prints as `[secret]` in every way that something is printed", () => {
    const holder = { deep: { password: secret }, list: [secret] };
    const printed = [
      String(secret),
      ["password is", secret].join(" "),
      JSON.stringify(holder),
      inspect(holder, { depth: 9, showHidden: true }),
      format("%s %o %O %j", secret, secret, holder, holder),
      inspect(new Error("x", { cause: secret })),
      new Error("Cannot use ".concat(secret as unknown as string)).message,
    ];
    for (const text of printed) {
      assert.ok(!text.includes("horse"), text);
      assert.ok(text.includes("[secret]"), text);
    }
  });

  test("does not give its value to who walks over its properties", () => {
    assert.deepEqual(Object.entries(secret), []);
    assert.deepEqual(Object.assign({}, secret), {});
    assert.ok(!JSON.stringify(Object.getOwnPropertyDescriptors(secret)).includes("horse"));
  });
});
