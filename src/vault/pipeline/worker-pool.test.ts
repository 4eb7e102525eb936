import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { InternalError } from "../../base/index.ts";
import { createChunkHasher } from "../chunking/chunk-hasher.ts";
import { VaultSelfCheckError } from "../errors.ts";
import { WorkerPool } from "./worker-pool.ts";

const identityKey = new Uint8Array(32).fill(5);

test("`WorkerPool` does many tasks on few threads, each with its own answer", async () => {
  await using pool = new WorkerPool({ size: 2, start: { identityKey } });
  const hasher = await createChunkHasher(identityKey);
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const bytes = new Uint8Array(new SharedArrayBuffer(100)).fill(i + 1);
      const ids = new Uint8Array(new SharedArrayBuffer(32));
      assert.equal(await pool.run({ kind: "hash", bytes, lengths: Uint32Array.of(100), ids }), 1);
      const expected = new Uint8Array(32);
      hasher.hash(bytes, expected, 0);
      assert.deepEqual(new Uint8Array(ids), expected);
    }),
  );
});

test("`WorkerPool` gives a thread's failure to who asked, and goes on with others", async () => {
  await using pool = new WorkerPool({ size: 1, start: { identityKey } });
  const ids = new Uint8Array(new SharedArrayBuffer(32));
  const bytes = new Uint8Array(new SharedArrayBuffer(10)).fill(1);
  const badKey = { kind: "seal", key: new Uint8Array(3), header: new Uint8Array(0), target: bytes } as const;
  const frame = { number: 1, pieces: [bytes], ids, lengths: Uint32Array.of(10) };
  await assert.rejects(pool.run({ ...badKey, frames: [frame] }), InternalError);
  assert.equal(await pool.run({ kind: "hash", bytes, lengths: Uint32Array.of(10), ids }), 1);
});

test("a thread that seals memory which changes meanwhile says so: nothing wrong is stored", async () => {
  await using pool = new WorkerPool({ size: 1, start: { identityKey } });
  const bytes = new Uint8Array(new SharedArrayBuffer(1000)).fill(1);
  const frame = { number: 1, pieces: [bytes], ids: new Uint8Array(32), lengths: Uint32Array.of(1000) };
  // the frame is sealed over the very bytes that it holds, so what is compared afterwards is not what was read
  const task = {
    kind: "seal",
    key: new Uint8Array(32),
    header: new Uint8Array(176),
    frames: [frame],
  } as const;
  await assert.rejects(pool.run({ ...task, target: bytes }), VaultSelfCheckError);
});

test("`WorkerPool` refuses work after its end, and does not leave who waits alone", async () => {
  const pool = new WorkerPool({ size: 1, start: { identityKey } });
  const ids = new Uint8Array(new SharedArrayBuffer(32));
  const waiting = pool.run({ kind: "hash", bytes: new Uint8Array(9), lengths: Uint32Array.of(9), ids });
  const outcome = assert.rejects(waiting, InternalError);
  await pool[Symbol.asyncDispose]();
  await outcome;
  await assert.rejects(
    pool.run({ kind: "hash", bytes: new Uint8Array(9), lengths: Uint32Array.of(9), ids }),
    InternalError,
  );
});

test("a pool that nobody disposed of does not keep the process alive", () => {
  const url = pathToFileURL(join(import.meta.dirname, "worker-pool.ts")).href;
  const program = `
    import { WorkerPool } from ${JSON.stringify(url)};
    const pool = new WorkerPool({ size: 2, start: { identityKey: new Uint8Array(32) } });
    new WorkerPool({ size: 2, start: { identityKey: new Uint8Array(32) } }).warm();
    const ids = new Uint8Array(new SharedArrayBuffer(32));
    console.log(await pool.run({ kind: "hash", bytes: new Uint8Array(5), lengths: Uint32Array.of(5), ids }));
  `;
  const done = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.equal(done.status, 0, done.stderr);
  assert.equal(done.stdout.trim(), "1");
});
