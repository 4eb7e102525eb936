import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { throwIfInterrupted } from "../../base/index.ts";
import { isObjectName } from "../object-name.ts";
import type { StorageCallOptions, StoredObject } from "../storage.ts";
import { isAbsence } from "./file-errors.ts";

/** How many files are asked for their size at once: a file server answers many in the time of one. */
const STATS_AT_ONCE = 32;

/**
 * The objects below a folder, sorted by their whole name. Holds the names of one folder for each level of depth.
 * Files that are no objects (of other programs, `.tmp`) are passed over.
 */
export async function* walkObjects(
  root: string,
  prefix: string,
  options: StorageCallOptions,
): AsyncIterable<StoredObject> {
  await stat(root); // an unplugged drive is not an empty vault
  yield* walkFolder({ root, prefix, options }, prefix.slice(0, prefix.lastIndexOf("/") + 1));
}

interface Walk {
  readonly root: string;
  readonly prefix: string;
  readonly options: StorageCallOptions;
}

/** `folder` is the empty text, or ends with a slash: so keys sort as the names of what they hold. */
async function* walkFolder(walk: Walk, folder: string): AsyncIterable<StoredObject> {
  throwIfInterrupted(walk.options.signal);
  const keys = (await entriesOf(join(walk.root, folder))).flatMap((entry) => keyOf(walk, folder, entry));
  keys.sort();
  for (let at = 0; at < keys.length; at += STATS_AT_ONCE) {
    throwIfInterrupted(walk.options.signal);
    const some = keys.slice(at, at + STATS_AT_ONCE);
    const found = await Promise.all(some.map(async (key) => await objectAt(walk.root, key)));
    for (const [i, key] of some.entries()) {
      const object = found[i];
      if (object !== undefined) yield object;
      else if (key.endsWith("/")) yield* walkFolder(walk, key);
    }
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Links are followed, as they are when an object is read: an administrator may have moved a folder elsewhere. */
async function entriesOf(folder: string): Promise<Entry[]> {
  try {
    const entries: Entry[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const kind = entry.isSymbolicLink() ? await stat(join(folder, entry.name)) : entry;
      entries.push({ name: entry.name, isFolder: kind.isDirectory() });
    }
    return entries;
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function keyOf(walk: Walk, folder: string, entry: Entry): string[] {
  const name = `${folder}${entry.name}`;
  if (!isObjectName(name)) return [];
  if (!entry.isFolder) return name.startsWith(walk.prefix) ? [name] : [];
  const key = `${name}/`;
  return key.startsWith(walk.prefix) || walk.prefix.startsWith(key) ? [key] : [];
}

/** Undefined for folders, for what is neither, and for what was deleted meanwhile. */
async function objectAt(root: string, key: string): Promise<StoredObject | undefined> {
  if (key.endsWith("/")) return undefined;
  try {
    const found = await stat(join(root, key));
    return found.isFile() ? { name: key, sizeBytes: found.size } : undefined;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}
