import type { FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import { throwIfInterrupted } from "../../base/index.ts";
import { isObjectName } from "../object-name.ts";
import type { StorageCallOptions, StoredObject } from "../storage.ts";
import { SFTP_STATUS, sftpStatus } from "./sftp-errors.ts";
import { answerOf } from "./sftp-session.ts";

export interface SftpWalk {
  readonly files: SFTPWrapper;
  readonly root: string;
  readonly prefix: string;
  readonly options: StorageCallOptions;
}

interface Entry {
  /** Ends with a slash when it is a folder: so keys sort as the names of what they hold. */
  readonly key: string;
  readonly sizeBytes: number;
}

/** The objects below a folder, sorted by their whole name. Holds the entries of one folder for each level of depth. */
export async function* walkSftp(walk: SftpWalk): AsyncIterable<StoredObject> {
  await answerOf<Stats>((done) => walk.files.stat(walk.root, done)); // what is not mounted is not an empty vault
  yield* walkFolder(walk, walk.prefix.slice(0, walk.prefix.lastIndexOf("/") + 1));
}

async function* walkFolder(walk: SftpWalk, folder: string): AsyncIterable<StoredObject> {
  throwIfInterrupted(walk.options.signal);
  const entries = await entriesOf(walk, folder);
  entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { key, sizeBytes } of entries) {
    throwIfInterrupted(walk.options.signal);
    if (key.endsWith("/")) yield* walkFolder(walk, key);
    else yield { name: key, sizeBytes };
  }
}

/** A folder that went away meanwhile is empty. */
async function entriesOf(walk: SftpWalk, folder: string): Promise<Entry[]> {
  const path = `${walk.root}/${folder}`.replace(/\/$/, "");
  const found = await presentOnly(
    async () => await answerOf<FileEntryWithStats[]>((done) => walk.files.readdir(path, done)),
  );
  const entries: Entry[] = [];
  for (const { filename, attrs } of found ?? []) {
    const name = `${folder}${filename}`;
    if (!isObjectName(name)) continue;
    const followed = attrs.isSymbolicLink()
      ? await presentOnly(
          async () => await answerOf<Stats>((done) => walk.files.stat(`${path}/${filename}`, done)),
        )
      : attrs;
    entries.push(...entryOf(walk.prefix, name, followed));
  }
  return entries;
}

function entryOf(prefix: string, name: string, stats: Stats | undefined): Entry[] {
  if (stats?.isFile() && name.startsWith(prefix)) return [{ key: name, sizeBytes: stats.size }];
  const key = `${name}/`;
  const isOnTheWay = key.startsWith(prefix) || prefix.startsWith(key);
  return stats?.isDirectory() && isOnTheWay ? [{ key, sizeBytes: 0 }] : [];
}

/** Undefined for what is not there. */
export async function presentOnly<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (sftpStatus(error) === SFTP_STATUS.missing) return undefined;
    throw error;
  }
}
