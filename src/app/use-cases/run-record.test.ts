import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { InternalError, InterruptedError, systemEntropy } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { openRunHistory } from "../../runs/index.ts";
import { withRunHistory } from "./run-record.ts";

test("`withRunHistory()` writes how a run ended: by its result, by an interruption, by an error", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-record-"));
  context.after(async () => await rm(folder, { recursive: true }));
  const world = { clock: new FakeClock("2026-05-01T12:00:00Z"), entropy: systemEntropy };
  const run = (id: string, work: () => Promise<string>): Promise<string> => {
    const endOf = (result: string) => ({ outcome: "done" as const, summary: { result } });
    return withRunHistory({ kind: "backup", host: "HV01", run: id, folder, work, endOf }, world);
  };
  assert.equal(await run("1", async () => "three points"), "three points");
  const interrupted = new InterruptedError("Cannot go on: interrupted");
  await assert.rejects(
    run("2", async () => await Promise.reject(interrupted)),
    interrupted,
  );
  const bug = new InternalError("Cannot go on: a bug");
  await assert.rejects(
    run("3", async () => await Promise.reject(bug)),
    bug,
  );

  await using history = await openRunHistory(folder, world);
  assert.deepEqual(
    (await history.list()).map(({ id, outcome, summary }) => [id, outcome, summary]),
    [
      ["3", "failed", { error: { code: "internal", message: "Cannot go on: a bug" } }],
      ["2", "interrupted", { error: { code: "interrupted", message: "Cannot go on: interrupted" } }],
      ["1", "done", { result: "three points" }],
    ],
  );
});
