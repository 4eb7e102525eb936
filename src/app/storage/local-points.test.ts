import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { localPointsFor } from "./local-points.ts";

test("`localPointsFor()` names a folder below the state folder, and none where no copies are wanted", () => {
  assert.equal(localPointsFor("/state"), join("/state", "cache", "points"));
  process.env["STILLPOINT_CACHE"] = "off";
  assert.equal(localPointsFor("/state"), undefined);
  delete process.env["STILLPOINT_CACHE"];
});
