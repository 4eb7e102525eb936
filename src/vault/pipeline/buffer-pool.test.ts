import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { BufferPool } from "./buffer-pool.ts";

test("`BufferPool` makes no more than its limit, and who waits gets what comes back, in order", async () => {
  const pool = new BufferPool({ bufferBytes: 10, limit: 2, kind: "shared" });
  const [a, b] = [await pool.take(), await pool.take()];
  assert.ok(a.buffer instanceof SharedArrayBuffer);
  assert.equal(pool.takeFree(), undefined);
  const order: string[] = [];
  const first = pool.take().then((buffer) => (order.push("first"), buffer));
  const second = pool.take().then((buffer) => (order.push("second"), buffer));
  pool.put(b);
  pool.put(a);
  assert.deepEqual([await first, await second], [b, a]);
  assert.deepEqual(order, ["first", "second"]);
  assert.equal(pool.taken, 2);
  pool.put(a);
  assert.equal(pool.takeFree(), a);
});

test("`BufferPool.take()` ends at once when its signal fires, and leaves its place to others", async () => {
  const pool = new BufferPool({ bufferBytes: 1, limit: 1, kind: "own" });
  const only = await pool.take();
  const stop = new AbortController();
  const interrupted = pool.take(stop.signal);
  const patient = pool.take();
  stop.abort();
  await assert.rejects(interrupted, InterruptedError);
  pool.put(only);
  assert.equal(await patient, only);
  await assert.rejects(pool.take(AbortSignal.abort()), InterruptedError);
});
