import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedPoint } from "../../app/index.ts";
import { pointTable } from "./point-table.ts";

const POINT = {
  id: "0123456789abcdef0123456789abcdef",
  machine: { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C", name: "web01" },
  host: { name: "HV01" },
  time: "2026-01-02T03:04:05Z",
  consistency: "crash",
  method: "files",
  bytes: 1024,
} as unknown as ListedPoint;

test("`pointTable()` has a column for who stored what only where a write-only host stored something", () => {
  const { columns, rows } = pointTable([POINT]);
  assert.deepEqual([columns.length, rows[0]?.length], [5, 5]);
  const stored = { ...POINT, storedBy: "ab".repeat(16), storedByName: "hv01" };
  const table = pointTable([POINT, stored]);
  assert.equal(table.columns.at(-1)?.title, "STORED BY");
  assert.deepEqual(
    table.rows.map((row) => [row.length, row[1], row.at(-1)]),
    [
      [6, "web01", ""],
      [6, "web01", "hv01"],
    ],
  );
});
