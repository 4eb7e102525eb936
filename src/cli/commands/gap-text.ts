import type { Uncovered } from "../../base/index.ts";
import { amount, type Paint } from "../output/index.ts";

/** A line for something that the guest has and a restore point has not, with its size where the host says it. */
export function gapText(gap: Uncovered, paint: Paint): string {
  const size = gap.bytes === undefined ? "" : ` (${amount(gap.bytes)})`;
  return `  ${paint.warn("not covered:")} ${gap.disk}${size}: ${gap.why}`;
}
