import type { ListedPoint } from "../../app/index.ts";
import { amount, instant, shortId, type Table } from "../output/index.ts";
import { storerName } from "./storer-text.ts";

const COLUMNS = [
  { title: "POINT" },
  { title: "MACHINE" },
  { title: "TIME" },
  { title: "CONSISTENCY" },
  { title: "SIZE", align: "right" },
] as const;
/** Only where a write-only host stored one of them. */
const STORER = { title: "STORED BY" } as const;
/** Restore points for people. */
export function pointTable(points: readonly ListedPoint[]): Table {
  const hasStorers = points.some(({ storedBy }) => storedBy !== undefined);
  const rows = points.map((point) => {
    const { id, machine, time, consistency, bytes } = point;
    const row = [shortId(id), machine.name, instant(time), consistency, amount(bytes)];
    return hasStorers ? [...row, storerName(point)] : row;
  });
  return { columns: hasStorers ? [...COLUMNS, STORER] : COLUMNS, rows };
}
