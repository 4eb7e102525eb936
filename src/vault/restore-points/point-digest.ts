import type { RestorePoint, RestorePointSummary } from "./restore-point.ts";

/** What a list shows of a restore point, and what tells whether that still holds. The object itself never changes. */
export interface PointDigest {
  /** The object's name in the storage. */
  readonly object: string;
  readonly sizeBytes: number;
  /** The write-only host that put it: 32 hexadecimal digits. Absent: a full-key holder did. */
  readonly host?: string;
  /** SHA-256 of the object's bytes, in hexadecimal, where a host put it. */
  readonly sha256?: string;
  readonly summary: RestorePointSummary;
}

export function summaryOf(point: RestorePoint): RestorePointSummary {
  const { id, machine, host, time, consistency, method, bytes, copyOf, storedBy } = point;
  const facts = { id, machine, host, time, consistency, method, bytes };
  return { ...facts, ...(copyOf && { copyOf }), ...(storedBy && { storedBy }) };
}

/** The summary, with the host that stored it. */
export function summaryIn({ summary, host }: PointDigest): RestorePointSummary {
  return host === undefined ? summary : { ...summary, storedBy: host };
}
