import assert from "node:assert/strict";
import { test } from "node:test";
import { hideSecrets } from "./hide-secrets.ts";

test("`hideSecrets()` hides what variables and addresses say in secret, and nothing else", () => {
  const environment = {
    RCLONE_CONFIG_AZ_SAS_URL: "http://host/box?sv=1&sig=abc%2Fdef",
    RCLONE_CONFIG_X_PASS: "abc%2Fdef",
    RCLONE_CONFIG_X_KEY: "shrt",
    RCLONE_CONFIG_X_USER: "somebody",
  };
  for (const [said, shown] of [
    ["cannot sign in with abc%2Fdef as somebody", "cannot sign in with … as somebody"],
    ["GET http://host/box?sv=1&sig=abc%2Fdef: 403", "GET …: 403"],
    ["GET http://host/box?sv=1&sig=other&se=2: 403", "GET http://host/box?sv=1&sig=…&se=2: 403"],
    ['Put "https://me:word@host/dav": EOF', 'Put "https://…@host/dav": EOF'],
    ["shrt is short; keyboard=1", "shrt is short; keyboard=1"],
    ["", ""],
  ]) {
    assert.equal(hideSecrets(said as string, environment), shown);
  }
});
