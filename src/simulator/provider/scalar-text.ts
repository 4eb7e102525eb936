import type { CimValue } from "../../cim/index.ts";

/** A scalar as WMI writes it in a path or compares it; empty for everything else. */
export function scalarText(value: CimValue | undefined): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
    ? `${value}`
    : "";
}
