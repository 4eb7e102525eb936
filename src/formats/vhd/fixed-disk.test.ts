import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { diskContract, joinedExtents, PoisoningSource } from "../../disk/testing/index.ts";
import { vhdFooter } from "./testing/index.ts";
import { openVhd } from "./vhd-file.ts";

const content = new SeededEntropy(41).bytes(200 * 512);

function fixed(footerBytes: number): PoisoningSource {
  const footer = vhdFooter({ sizeBytes: content.length, kind: 2 }).subarray(0, footerBytes);
  return new PoisoningSource(new MemoryStore(Buffer.concat([content, footer])));
}

for (const footerBytes of [512, 511]) {
  diskContract(`a fixed VHD with a footer of ${footerBytes} bytes`, async () => {
    return { disk: (await openVhd(fixed(footerBytes))).disk(), content };
  });
}

test("`FixedDisk` never takes the footer for payload", async () => {
  const file = await openVhd(fixed(511));
  assert.deepEqual(await joinedExtents(file.disk()), [{ offset: 0, length: content.length, kind: "data" }]);
  assert.deepEqual(await Array.fromAsync(file.layout().segments()), [
    { offset: 0, length: content.length, kind: "payload", cutOrigin: 0 },
    { offset: content.length, length: 511, kind: "plain", cutOrigin: 0 },
  ]);
});
