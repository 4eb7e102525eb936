import type { PointName } from "./point-name.ts";

/** Names of restore points, after it is settled which count of those that have one id. */
export interface SettledNames {
  readonly names: readonly PointName[];
  /** Objects that somebody put under the id of a full-key holder's restore point. */
  readonly impostors: readonly string[];
}

/**
 * An id is random, so that two objects have one because somebody wanted that: whoever may add can. Of these a full-key holder's counts
 * alone. Where none is a full-key holder's, all do, and are marked: what is meant by the id nobody can say.
 */
export async function settleIds(
  names: readonly PointName[],
  isFullKeyHolders: (object: string) => Promise<boolean>,
): Promise<SettledNames> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { id } of names) (seen.has(id) ? twice : seen).add(id);
  if (twice.size === 0) return { names, impostors: [] };
  const holders = new Set<string>();
  const settled = new Set<string>();
  for (const { id, object } of names) {
    if (!twice.has(id) || !(await isFullKeyHolders(object))) continue;
    holders.add(object);
    settled.add(id);
  }
  const counts = ({ id, object }: PointName): boolean => !settled.has(id) || holders.has(object);
  const isUnsettled = (id: string): boolean => twice.has(id) && !settled.has(id);
  return {
    names: names.filter(counts).map((name) => (isUnsettled(name.id) ? { ...name, isShared: true } : name)),
    impostors: names.filter((name) => !counts(name)).map(({ object }) => object),
  };
}
