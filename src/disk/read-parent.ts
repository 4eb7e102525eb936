import type { Disk } from "./disk.ts";

/** Fills the target from a parent that may be smaller than its child, or missing: zeros behind its end. */
export async function readParent(
  parent: Disk | undefined,
  target: Uint8Array,
  offset: number,
): Promise<void> {
  const there = Math.min(target.length, Math.max(0, (parent?.sizeBytes ?? 0) - offset));
  if (there > 0) await parent?.read(target.subarray(0, there), offset);
  target.fill(0, there);
}
