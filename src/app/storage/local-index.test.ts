import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { localIndexFor } from "./local-index.ts";

describe("localIndexFor()", () => {
  afterEach(() => {
    delete process.env["STILLPOINT_INDEX_MEMORY"];
  });

  test("keeps indexes below the state folder, beyond 512 MiB or what the variable says", () => {
    assert.deepEqual(localIndexFor("/state"), {
      folder: join("/state", "cache", "index"),
      memoryBytes: 536_870_912,
    });
    for (const [text, bytes] of [
      ["0MiB", 0],
      ["64MiB", 67_108_864],
      ["2GiB", 2_147_483_648],
    ] as const) {
      process.env["STILLPOINT_INDEX_MEMORY"] = text;
      assert.equal(localIndexFor("/state").memoryBytes, bytes);
    }
  });

  test("refuses what is no size", () => {
    for (const text of ["much", "1", "-1MiB", "1TiB"]) {
      process.env["STILLPOINT_INDEX_MEMORY"] = text;
      assert.throws(() => localIndexFor(undefined), { code: "usage" });
    }
  });
});
