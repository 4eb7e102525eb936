import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { plainLayout } from "./file-layout.ts";

describe("plainLayout()", () => {
  test("calls every byte of the file plain", async () => {
    const layout = plainLayout(1000);
    assert.equal(layout.sizeBytes, 1000);
    assert.deepEqual(await Array.fromAsync(layout.segments()), [
      { offset: 0, length: 1000, kind: "plain", cutOrigin: 0 },
    ]);
    assert.deepEqual(await Array.fromAsync(layout.payload()), []);
  });

  test("has no segment for a file without bytes", async () => {
    assert.deepEqual(await Array.fromAsync(plainLayout(0).segments()), []);
  });
});
