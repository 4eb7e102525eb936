import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { growthPage } from "../bench/growth/growth-page.ts";
import { growthPicture } from "../bench/growth/growth-picture.ts";
import { type Measured, mergeMeasured, readMeasured } from "../bench/growth/measured.ts";

const DOCS = join(import.meta.dirname, "../docs");
const cost = (seconds: number): { seconds: number; rssMiB: number } => ({ seconds, rssMiB: 100 });
const row = (gibibytes: number, on: string, more: Partial<Measured> = {}): Measured => ({
  gibibytes,
  chunks: 16_384 * gibibytes,
  on,
  kept: "in runs",
  session: cost(1),
  smallestMiB: 100,
  backup: cost(2),
  plan: cost(3),
  ...more,
});

test("docs/growth.md and its picture say what was measured, and nothing was put in by hand", () => {
  const measured = readMeasured();
  assert.equal(readFileSync(join(DOCS, "growth.md"), "utf8"), growthPage(measured));
  assert.equal(readFileSync(join(DOCS, "growth.svg"), "utf8"), growthPicture(measured.sizes));
});

test("`mergeMeasured()` replaces the sizes that were measured again, and keeps the others with their day", () => {
  const before = [row(10, "2026-01-01"), row(1024, "2026-01-02")];
  const merged = mergeMeasured(before, [row(100, "2026-02-01"), row(10, "2026-02-01")]);
  assert.deepEqual(
    merged.map(({ gibibytes, on }) => [gibibytes, on]),
    [
      [10, "2026-02-01"],
      [100, "2026-02-01"],
      [1024, "2026-01-02"],
    ],
  );
});

test("`mergeMeasured()` keeps what marking took where it was left out now, with the day of then, however often", () => {
  const first = mergeMeasured([row(10, "2026-01-01", { marks: cost(7) })], [row(10, "2026-02-01")]);
  const second = mergeMeasured(first, [row(10, "2026-03-01")]);
  assert.deepEqual(second[0]?.marks, { ...cost(7), on: "2026-01-01" });
  const third = mergeMeasured(second, [row(10, "2026-04-01", { marks: cost(8) })]);
  assert.deepEqual(third[0]?.marks, cost(8));
});

test("a line of the picture ends where nothing was measured", () => {
  const sizes = [
    row(10, "2026-01-01", { marks: cost(5) }),
    row(100, "2026-01-01", { marks: cost(50) }),
    row(1024, "2026-01-01"),
  ];
  const [marks] = growthPicture(sizes).match(/<path class="e" d="[^"]*"/) ?? [];
  assert.equal(marks?.match(/,/g)?.length, 2);
});
