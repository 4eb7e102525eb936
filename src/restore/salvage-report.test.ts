import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryHostFiles } from "../backup/testing/index.ts";
import type { RestorePointId } from "../base/index.ts";
import { writeReport } from "./salvage-report.ts";

const stored = {
  path: "D:\\m\\a.vhdx",
  role: "disk",
  sizeBytes: 50_000,
  recipe: { version: 1, sizeBytes: 50_000, level: 0, root: "0".repeat(64) },
} as const;
const plan = {
  machine: { id: "00000000-0000-0000-0000-0000000000A1", name: "m" },
  point: { id: "1".repeat(32) as RestorePointId, time: "2026-01-01T00:00:00Z" },
};
const file = { stored, path: "D/m/a.vhdx", newParent: undefined };

test("`writeReport()` lists each of thousands of ranges once and in order, in the place of an older report", async () => {
  const ranges = Array.from({ length: 2500 }, (_, at) => ({
    offset: at * 20,
    length: 7,
    object: "packs/00",
    what: "it is gone",
  }));
  const target = new MemoryHostFiles({ report: "x".repeat(1_000_000) });
  const salvaged = await writeReport(target, "report", { plan, file, ranges });
  assert.deepEqual(salvaged, { ranges: 2500, unreadBytes: 17_500, report: "report" });
  const text = Buffer.from(target.bytes("report")).toString();
  const documents = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(documents[0], {
    type: "salvaged",
    whole: false,
    file: "a.vhdx",
    hostPath: stored.path,
    machine: plan.machine,
    point: plan.point.id,
    time: plan.point.time,
    bytes: 50_000,
  });
  assert.deepEqual(
    documents.slice(1, -1),
    ranges.map((range) => ({ type: "unread-range", ...range })),
  );
  assert.deepEqual(documents.at(-1), { type: "summary", ranges: 2500, unreadBytes: 17_500 });
});
