import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { throwIfInterrupted } from "../../base/index.ts";
import { StorageMissingError } from "../errors.ts";
import { isObjectName } from "../object-name.ts";
import type { StorageCallOptions, StoredObject } from "../storage.ts";
import { isAbsence } from "./file-errors.ts";
import { hasScratch } from "./scratch.ts";

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
  const hadScratch = await hasScratch(root);
  const walk = { root, hadScratch, prefix, options };
  yield* walkFolder(walk, prefix.slice(0, prefix.lastIndexOf("/") + 1));
  await requirePlace(walk); // nor is one that was unplugged meanwhile
}

/** Where a mounted drive goes, its mount point stays, and is empty. @throws {StorageMissingError} */
export async function requirePlace(place: {
  readonly root: string;
  readonly hadScratch: boolean;
}): Promise<void> {
  const { root, hadScratch } = place;
  await stat(root);
  if (hadScratch && !(await hasScratch(root))) {
    throw new StorageMissingError(`Cannot use the folder "${root}": what was in it is not there any more`);
  }
}

interface Walk {
  readonly root: string;
  readonly hadScratch: boolean;
  readonly prefix: string;
  readonly options: StorageCallOptions;
}

/** `folder` is the empty text, or ends with a slash: so keys sort as the names of what they hold. */
async function* walkFolder(walk: Walk, folder: string): AsyncIterable<StoredObject> {
  throwIfInterrupted(walk.options.signal);
  const entries = await entriesOf(join(walk.root, folder));
  if (entries === undefined) await requirePlace(walk);
  const keys = (entries ?? []).flatMap((entry) => keyOf(walk, folder, entry));
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

/** Undefined where there is no such folder. Links are followed, as they are when an object is read: an administrator may have moved a folder elsewhere. */
async function entriesOf(folder: string): Promise<Entry[] | undefined> {
  const found = await unlessAbsent(async () => await readdir(folder, { withFileTypes: true }));
  if (found === undefined) return undefined;
  const entries: Entry[] = [];
  for (const entry of found) {
    // a link to nothing is no object, and hides none of those beside it
    const kind = entry.isSymbolicLink()
      ? await unlessAbsent(async () => await stat(join(folder, entry.name)))
      : entry;
    if (kind !== undefined) entries.push({ name: entry.name, isFolder: kind.isDirectory() });
  }
  return entries;
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
  const found = await unlessAbsent(async () => await stat(join(root, key)));
  return found?.isFile() ? { name: key, sizeBytes: found.size } : undefined;
}

async function unlessAbsent<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}
