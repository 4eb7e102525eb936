import { stripVTControlCharacters } from "node:util";
import type { Table } from "./output.ts";
import type { Paint } from "./paint.ts";

/** Columns as wide as their widest cell, two spaces apart; colours in cells do not count as width. */
export function tableText(table: Table, paint: Paint): string {
  const width = (text: string): number => stripVTControlCharacters(text).length;
  const widths = table.columns.map((column, i) =>
    Math.max(column.title.length, ...table.rows.map((row) => width(row[i] ?? ""))),
  );
  const cell = (text: string, i: number): string => {
    const gap = " ".repeat(Math.max(0, (widths[i] as number) - width(text)));
    return table.columns[i]?.align === "right" ? gap + text : text + gap;
  };
  const head = table.columns.map((column, i) => paint.faint(cell(column.title, i))).join("  ");
  const rows = table.rows.map((row) => row.map(cell).join("  ").trimEnd());
  return [head.trimEnd(), ...rows].join("\n");
}
