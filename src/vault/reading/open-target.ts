import { MIB } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import type { OpenTarget } from "../pipeline/worker-tasks.ts";

/** Smaller files are not worth a second descriptor. */
const LEAST_UNCACHED_BYTES = MIB;

/** How other threads write to a store that has its length: not at all when it is no file of this machine. */
export async function openTarget(store: ByteStore): Promise<OpenTarget | undefined> {
  const { descriptor } = store;
  if (descriptor === undefined) return undefined;
  if (store.sizeBytes < LEAST_UNCACHED_BYTES) return { descriptor };
  return { descriptor, uncached: await store.openUncached?.() };
}
