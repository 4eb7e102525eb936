import { throwIfInterrupted } from "../../base/index.ts";
import { StorageError, StorageObjectMissingError } from "../errors.ts";
import { isObjectName } from "../object-name.ts";
import type { StoredObject } from "../storage.ts";
import type { RcloneAction } from "./rclone-errors.ts";
import { objectOfPath, pathOfObject } from "./rclone-place.ts";
import type { RcloneRemote } from "./rclone-remote.ts";

/** How many folders are asked for before they are needed: many remotes take half a second for each. */
const AHEAD = 8;

export interface RemoteWalk {
  readonly remote: RcloneRemote;
  readonly prefix: string;
  readonly action: RcloneAction;
}

interface Entry {
  /** Ends with a slash when it is a folder: so keys sort as the names of what they hold. */
  readonly key: string;
  readonly sizeBytes: number;
}

/** The objects below the place, sorted by their whole name. Holds the entries of some folders for each level of depth. */
export async function* walkRemote(walk: RemoteWalk): AsyncIterable<StoredObject> {
  const folder = walk.prefix.slice(0, walk.prefix.lastIndexOf("/") + 1);
  const first = folder === "" ? await placeEntries(walk) : await folderEntries(walk, folder);
  if (folder !== "" && first.length === 0) await placeEntries(walk); // what is not mounted is not an empty vault
  yield* walkEntries(walk, first);
}

async function* walkEntries(walk: RemoteWalk, entries: readonly Entry[]): AsyncIterable<StoredObject> {
  const folders = entries.filter(({ key }) => key.endsWith("/")).map(({ key }) => key);
  const ahead: Promise<Entry[]>[] = [];
  for (const { key, sizeBytes } of entries) {
    throwIfInterrupted(walk.action.signal);
    if (!key.endsWith("/")) {
      yield { name: key, sizeBytes };
      continue;
    }
    while (ahead.length < AHEAD && folders.length > 0) ahead.push(asked(walk, folders.shift() ?? ""));
    yield* walkEntries(walk, (await ahead.shift()) ?? []);
  }
}

async function asked(walk: RemoteWalk, folder: string): Promise<Entry[]> {
  const entries = folderEntries(walk, folder);
  entries.catch(() => undefined); // thrown when it is its turn
  return await entries;
}

async function placeEntries(walk: RemoteWalk): Promise<Entry[]> {
  return entriesFrom(walk, "", await walk.remote.entries({ ...walk.action, absence: "place" }, ""));
}

/** A folder that went away meanwhile, or never was, is empty. */
async function folderEntries(walk: RemoteWalk, folder: string): Promise<Entry[]> {
  try {
    const path = pathOfObject(folder).replace(/\/$/, "");
    return entriesFrom(walk, folder, await walk.remote.entries(walk.action, path));
  } catch (error) {
    if (error instanceof StorageObjectMissingError) return [];
    throw error;
  }
}

function entriesFrom(
  walk: RemoteWalk,
  folder: string,
  found: Awaited<ReturnType<RcloneRemote["entries"]>>,
): Entry[] {
  const entries = found.flatMap(({ name: last, isFolder, sizeBytes }) => {
    const name = objectOfPath(`${folder}${last}/`).slice(0, -1);
    if (!isObjectName(name)) return [];
    if (!isFolder && !name.startsWith(walk.prefix)) return [];
    if (!isFolder && sizeBytes < 0)
      throw new StorageError(`Cannot list "${name}": the remote does not tell its size`);
    if (!isFolder) return [{ key: name, sizeBytes }];
    const key = `${name}/`;
    return key.startsWith(walk.prefix) || walk.prefix.startsWith(key) ? [{ key, sizeBytes: 0 }] : [];
  });
  return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
}
