import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const SOURCE = join(import.meta.dirname, "language.ts");

/** What a process of its own speaks; the runtime reads its own locale once, when it starts. */
function spoken(variables: Readonly<Record<string, string>>, intl = ""): string {
  const program = `${intl}; import(${JSON.stringify(SOURCE)}).then(({ language }) => console.log(language()))`;
  const { LC_ALL: _all, LC_MESSAGES: _messages, LANG: _lang, ...others } = process.env;
  const env = { ...others, ...variables };
  return execFileSync(process.execPath, ["-e", program], { env, encoding: "utf8" }).trim();
}

test("`language()` is German where the first variable that is set says so", () => {
  assert.equal(spoken({ LANG: "de_DE.UTF-8" }), "de");
  assert.equal(spoken({ LC_ALL: "de", LANG: "en_GB.UTF-8" }), "de");
  assert.equal(spoken({ LC_MESSAGES: "C", LANG: "de_DE.UTF-8" }), "en");
  assert.equal(spoken({ LANG: "den_CA" }), "en");
});

test("`language()` follows the user's own setting where no variable is set, as on Windows", () => {
  const german = "Intl.DateTimeFormat = class { resolvedOptions() { return { locale: 'de-AT' }; } }";
  assert.equal(spoken({}, german), "de");
  assert.equal(spoken({ LANG: "C" }, german), "en");
});
