import assert from "node:assert/strict";
import { test } from "node:test";
import { principalOf } from "./principal.ts";

test("`principalOf()` writes the realm in capitals, from the user's name or from the domain, and knows nobody in particular", () => {
  assert.equal(principalOf(undefined), undefined);
  assert.equal(principalOf({ user: "", domain: "corp.example" }), undefined);
  assert.equal(principalOf({ user: "backup", domain: "" }), "backup");
  assert.equal(principalOf({ user: "backup", domain: "corp.example" }), "backup@CORP.EXAMPLE");
  assert.equal(principalOf({ user: "Backup@corp.example", domain: "" }), "Backup@CORP.EXAMPLE");
  assert.equal(principalOf({ user: "backup@corp.example", domain: "other.example" }), "backup@CORP.EXAMPLE");
});
