import type { FileEntryWithStats, SFTPWrapper } from "ssh2";
import { StorageDeniedError } from "../errors.ts";
import { storageErrorFromSftp } from "./sftp-errors.ts";
import { answerOf } from "./sftp-session.ts";
import { presentOnly } from "./walk-sftp.ts";

/** Removes a folder of a probe with all that is in it. Gives how many files the server does not let go. */
export async function removeSftpFolder(files: SFTPWrapper, path: string): Promise<number> {
  let left = 0;
  const entries = await presentOnly(
    async () => await answerOf<FileEntryWithStats[]>((done) => files.readdir(path, done)),
  );
  if (entries === undefined) return 0;
  for (const { filename, attrs } of entries) {
    const inside = `${path}/${filename}`;
    if (attrs.isDirectory()) left += await removeSftpFolder(files, inside);
    else if (!(await isLetGo(inside, (done) => files.unlink(inside, done)))) left++;
  }
  if (left === 0) await isLetGo(path, (done) => files.rmdir(path, done));
  return left;
}

async function isLetGo(path: string, ask: Parameters<typeof answerOf<void>>[0]): Promise<boolean> {
  try {
    await presentOnly(async () => await answerOf<void>(ask));
    return true;
  } catch (error) {
    const meaning = storageErrorFromSftp(error, { verb: "remove", name: path });
    if (meaning instanceof StorageDeniedError) return false;
    throw meaning;
  }
}
