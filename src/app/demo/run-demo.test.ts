import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { InterruptedError, noEvents } from "../../base/index.ts";
import { SYSTEM_WORLD } from "../compose.ts";
import type { UseCaseContext } from "../use-cases/context.ts";
import type { DemoPoint, DemoTeller } from "./demo-story.ts";
import { runDemo } from "./run-demo.ts";

const SCALE = 0.1;
const NEVER = new AbortController().signal;

/** A teller that remembers, and does something when a chapter begins. */
function listener(onChapter: (title: string) => void = () => undefined) {
  const heard = { chapters: [] as string[], sentences: [] as string[], forecasts: [] as string[] };
  const tell: DemoTeller = {
    chapter(title) {
      heard.chapters.push(title);
      onChapter(title);
    },
    sentence: (text) => void heard.sentences.push(text),
    forecast: ({ name, forecast }) => void heard.forecasts.push(`${name}: ${forecast.consistency}`),
    proof: () => undefined,
    amount: (bytes) => `${bytes} B`,
  };
  return { heard, tell };
}

describe("runDemo()", () => {
  const place = mkdtempSync(join(tmpdir(), "stillpoint-demo-test-"));
  const usual = process.env["TMPDIR"];
  process.env["TMPDIR"] = place; // what a demonstration leaves behind must be seen
  after(() => {
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
    rmSync(place, { recursive: true });
  });
  const context = (signal = NEVER): UseCaseContext => ({ world: SYSTEM_WORLD, events: noEvents, signal });

  test("proves every step and leaves nothing behind", async () => {
    const { heard, tell } = listener();
    const outcome = await runDemo(context(), { scale: SCALE, tell });
    assert.deepEqual(heard.forecasts, ["db01: crash", "old01: crash", "web01: application"]);
    assert.deepEqual(outcome.machines, ["db01", "old01", "web01"]);
    const [first, second] = outcome.backups;
    assert.deepEqual(
      first?.points.map(({ machine, consistency }) => `${machine}: ${consistency}`),
      heard.forecasts,
    );
    for (const [at, point] of (second?.points ?? []).entries()) {
      const before: DemoPoint | undefined = first?.points[at];
      assert.ok(point.bytesRead > 0 && before !== undefined, point.machine);
      assert.ok(point.bytesNew < before.bytesNew && point.bytesStored < before.bytesStored, point.machine);
    }
    assert.deepEqual(
      outcome.restores.map(({ machine, layout }) => `${machine} ${layout}`),
      ["web01 exact", "web01 exact", "db01 export"],
    );
    // two disks, and configuration, runtime and guest state of the held state
    assert.equal(outcome.restores[0]?.files, 5);
    assert.deepEqual([outcome.verified.points, outcome.verified.damaged, outcome.leftBehind], [6, 0, []]);
    assert.equal(outcome.proofs.length, 6);
    assert.equal(outcome.folder, undefined);
    assert.deepEqual(readdirSync(place), []);
  });

  test("stops when it is interrupted, and leaves nothing behind", async () => {
    const interrupt = new AbortController();
    const { tell } = listener((title) => {
      if (title === "The first backup") interrupt.abort();
    });
    await assert.rejects(runDemo(context(interrupt.signal), { scale: SCALE, tell }), InterruptedError);
    assert.deepEqual(readdirSync(place), []);
  });
});
