import assert from "node:assert/strict";
import { test } from "node:test";
import { InternalError } from "../base/index.ts";
import { FilesOnce } from "./files-once.ts";

test("`FilesOnce` writes a place once, and lets the others wait until it is there", async () => {
  const once = new FilesOnce<string>();
  const gate = Promise.withResolvers<string>();
  const first = once.write("a", async () => await gate.promise);
  const second = once.write("a", async () => assert.fail("it is being written"));
  const other = await once.write("b", async () => "another");
  assert.deepEqual(other, { value: "another", isFirst: true });
  gate.resolve("done");
  assert.deepEqual(await first, { value: "done", isFirst: true });
  assert.deepEqual(await second, { value: "done", isFirst: false });
});

test("`FilesOnce` lets the next one write what failed", async () => {
  const once = new FilesOnce<string>();
  const gate = Promise.withResolvers<string>();
  const first = once.write("a", async () => await gate.promise);
  const second = once.write("a", async () => "second");
  const third = once.write("a", async () => "third");
  gate.reject(new InternalError("Cannot write: a test says so"));
  await assert.rejects(first, InternalError);
  assert.deepEqual(
    [await second, await third],
    [
      { value: "second", isFirst: true },
      { value: "second", isFirst: false },
    ],
  );
});
