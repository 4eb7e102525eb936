import type { FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import { storageErrorFromSftp } from "./sftp-errors.ts";
import { answerOf } from "./sftp-session.ts";
import { presentOnly } from "./walk-sftp.ts";

/** Its name begins with a dot, so no object has it and no list shows it. */
export const SCRATCH_FOLDER = ".tmp";
/** No put takes as long as this; what is older was left by a process that died. */
const STALE_SECONDS = 24 * 60 * 60;

/** Removes what died processes left in a folder. Ages are told by the server's own clock: by the file that was just written. */
export async function removeStaleFiles(
  files: SFTPWrapper,
  folder: string,
  justWritten: string,
): Promise<void> {
  try {
    const { mtime } = await answerOf<Stats>((done) => files.stat(justWritten, done));
    const entries = await answerOf<FileEntryWithStats[]>((done) => files.readdir(folder, done));
    for (const { filename, attrs } of entries) {
      if (!attrs.isFile() || attrs.mtime >= mtime - STALE_SECONDS) continue;
      const path = `${folder}/${filename}`;
      await presentOnly(async () => await answerOf<void>((done) => files.unlink(path, done)));
    }
  } catch (error) {
    throw storageErrorFromSftp(error, { verb: "remove what was left in", name: folder, absence: "place" });
  }
}
