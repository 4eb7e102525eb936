import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { environment, environmentOfOthers } from "./environment.ts";

const OURS = ["STILLPOINT_HOST_PASSWORD", "Stillpoint_Passphrase", "stillpoint_new_passphrase"];

afterEach(() => {
  for (const name of [...OURS, "NOT_STILLPOINT_X"]) delete process.env[name];
});

test("`environment()` takes an empty variable for one that is not set", () => {
  process.env["STILLPOINT_HOST_PASSWORD"] = "";
  assert.equal(environment("STILLPOINT_HOST_PASSWORD"), undefined);
  process.env["STILLPOINT_HOST_PASSWORD"] = "x";
  assert.equal(environment("STILLPOINT_HOST_PASSWORD"), "x");
});

test("`environmentOfOthers()` has everything but our own variables, however Windows' users write them", () => {
  for (const name of [...OURS, "NOT_STILLPOINT_X"]) process.env[name] = "Sentinel";
  const others = Object.entries(environmentOfOthers()).filter(([, value]) => value === "Sentinel");
  assert.deepEqual(others, [["NOT_STILLPOINT_X", "Sentinel"]]);
  assert.equal(environmentOfOthers()["PATH"], process.env["PATH"]);
});
