import type { AssociatorsOptions, CimReference } from "../index.ts";
import { relativePathOf } from "./object-path.ts";

/** WQL for the instances at the other end ([MS-WMI] 2.2.1): goes through the same filter as a query. */
export function associatorsQuery(
  reference: CimReference,
  options: Pick<AssociatorsOptions, "associationClass" | "resultClass">,
): string {
  const { associationClass, resultClass } = options;
  const conditions = [
    associationClass === undefined ? [] : [`AssocClass = ${associationClass}`],
    resultClass === undefined ? [] : [`ResultClass = ${resultClass}`],
  ].flat();
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" ")}`;
  return `ASSOCIATORS OF {${relativePathOf(reference)}}${where}`;
}
