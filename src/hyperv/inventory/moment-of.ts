import type { CimValue } from "../../cim/index.ts";

/** A moment that the host sent; null for anything else. */
export function momentOf(value: CimValue | undefined): Temporal.Instant | null {
  const isMoment = typeof value === "object" && value !== null && "kind" in value && value.kind === "moment";
  return isMoment ? value.instant : null;
}
