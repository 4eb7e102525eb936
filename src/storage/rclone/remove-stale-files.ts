import { StorageObjectMissingError } from "../errors.ts";
import type { RcloneRemote } from "./rclone-remote.ts";

/** Its name begins with a dot, so no object has it and no list shows it. */
export const SCRATCH_FOLDER = ".tmp";
/** No put takes as long as this; what is older was left by a process that died. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** Removes what died processes left in `.tmp`. Ages are told by the remote's own clock: by the file that was just written. */
export async function removeStaleFiles(
  remote: RcloneRemote,
  just: { readonly temporary: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const action = { verb: "list", name: SCRATCH_FOLDER, signal: just.signal };
  const entries = await remote.entries(action, SCRATCH_FOLDER);
  const nowMs = entries.find(({ name }) => just.temporary.endsWith(`/${name}`))?.modifiedMs;
  if (nowMs === undefined) return; // a remote that does not tell times
  for (const { name, modifiedMs, isFolder } of entries) {
    if (isFolder || modifiedMs === undefined || modifiedMs >= nowMs - STALE_MS) continue;
    try {
      await remote.ask(
        { verb: "remove", name, signal: just.signal },
        {
          method: "DELETE",
          path: `${SCRATCH_FOLDER}/${name}`,
        },
      );
    } catch (error) {
      if (!(error instanceof StorageObjectMissingError)) throw error; // another has removed it
    }
  }
}
