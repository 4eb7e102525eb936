import type { CopyOrigin, RestorePoint, RestorePointDraft, RestorePointSummary } from "../../vault/index.ts";

/**
 * Of which restore point one is a copy, or would be: the one that a run made. A write-only host is not believed that
 * it is another's copy.
 */
export function originOf(point: RestorePointSummary, vault: string): CopyOrigin {
  const { copyOf, id, time, storedBy } = point;
  if (copyOf !== undefined && storedBy === undefined) return { ...copyOf, time };
  return { vault, point: id, time, ...(storedBy !== undefined && { storedBy }) };
}

/** Equal for all copies of one restore point, and for itself. */
export function originKey({ vault, point }: Pick<CopyOrigin, "vault" | "point">): string {
  return `${vault}/${point}`.toLowerCase();
}

/** Facts of a restore point that its copy takes over: all but files and what storing them took. */
export function draftOfCopy(point: RestorePoint, vault: string): Omit<RestorePointDraft, "files" | "counts"> {
  const { id: _id, time: _time, bytes: _bytes, vault: _vault, storedBy: _storedBy, ...facts } = point;
  return { ...facts, copyOf: originOf(point, vault) };
}
