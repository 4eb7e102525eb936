import type { JsonValue } from "../../base/index.ts";
import type { CimInstance, CimValue } from "../../cim/index.ts";

/** Names of the properties that the rows carry, sorted: what a class really has on this host. */
export function propertyNames(rows: readonly CimInstance[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row.properties)))].sort((a, b) =>
    a.localeCompare(b, "en"),
  );
}

/** Some properties of each row, as JSON; at most so many rows that a report stays readable. */
export function excerpt(rows: readonly CimInstance[], names: readonly string[]): JsonValue {
  const MOST = 20;
  return rows
    .slice(0, MOST)
    .map((row) => Object.fromEntries(names.map((name) => [name, plain(row.properties[name])])));
}

/** How a value came over the wire; text, numbers and truth values as they are. */
export function plain(value: CimValue | undefined): JsonValue {
  if (value === undefined) return "(absent)";
  if (
    value === null ||
    typeof value === "boolean" ||
    typeof value === "number" ||
    typeof value === "string"
  ) {
    return value;
  }
  if (typeof value === "bigint") return String(value);
  if (!("kind" in value)) return value.map(plain);
  if (value.kind === "moment") return value.instant.toString();
  return `(${value.kind} of ${value.className})`;
}
