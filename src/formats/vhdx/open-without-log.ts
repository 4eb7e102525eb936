import { type Entropy, ZERO_GUID } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import { borrowedStore } from "./borrowed-store.ts";
import { openVhdx } from "./open-vhdx.ts";
import { replayIntoFile } from "./replay-into-file.ts";
import type { VhdxFile } from "./vhdx-file.ts";

/**
 * Opens a file that is about to be changed. A log that is not empty is replayed into it, but only when the replayed file
 * is a good one. The store stays the caller's.
 */
export async function openWithoutLog(
  store: ByteStore,
  options: { readonly entropy: Entropy; readonly signal?: AbortSignal | undefined },
): Promise<VhdxFile> {
  const { entropy, signal } = options;
  const file = await openVhdx(borrowedStore(store), { signal });
  if (file.structure.logGuid === ZERO_GUID) return file;
  await replayIntoFile(store, { entropy, signal });
  return await openVhdx(borrowedStore(store), { signal });
}
