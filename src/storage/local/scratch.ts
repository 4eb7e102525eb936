import { link, lstat, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Entropy, hexFromBytes } from "../../base/index.ts";
import { fileErrorCode, isAbsence } from "./file-errors.ts";

/** Its name begins with a dot, so that no object can have it and no list shows it. */
export const SCRATCH_FOLDER = ".tmp";

/**
 * A draft waits for its next piece for as long as a backup finds nothing new; a week is what a session may take (prunes take one of
 * a week for dead). What nobody wrote to for longer was left by a process that died.
 */
const STALE_MS = 7 * 24 * 60 * 60 * 1000;
/** Where a file could just be made, these say something else than that it cannot have a second name. */
const NOT_ABOUT_LINKS: readonly (string | undefined)[] = [
  undefined,
  "ENOENT",
  "ENOTDIR",
  "ENOSPC",
  "EDQUOT",
  "EROFS",
];

/** Where objects are written before they get their name: on the same file system as the objects. */
export interface Scratch {
  /** Whether this file system can give a file a second name, which is how a name is taken only when it is free. */
  readonly canLink: boolean;
  /** A path that nothing has. */
  freshPath(): string;
}

/** Whether a process has written here before. */
export async function hasScratch(root: string): Promise<boolean> {
  try {
    return (await lstat(join(root, SCRATCH_FOLDER))).isDirectory();
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** Makes the folder, looks what the file system can do, and removes what processes that died have left. */
export async function openScratch(root: string, entropy: Entropy): Promise<Scratch> {
  const folder = join(root, SCRATCH_FOLDER);
  const freshPath = (): string => join(folder, hexFromBytes(entropy.bytes(16)));
  try {
    await mkdir(folder);
  } catch (error) {
    if (fileErrorCode(error) !== "EEXIST") throw error;
  }
  const probe = freshPath();
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(async () => await rm(probe, { force: true }));
  await using handle = await open(probe, "wx");
  const { mtimeMs } = await handle.stat();
  const second = freshPath();
  cleanup.defer(async () => await rm(second, { force: true }));
  const canLink = await tryLink(probe, second);
  await removeOlder(folder, mtimeMs - STALE_MS);
  return { canLink, freshPath };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (NOT_ABOUT_LINKS.includes(fileErrorCode(error))) throw error;
    return false; // EPERM, ENOTSUP, ENOSYS, Windows' EISDIR for exFAT, rclone's EIO: file servers have many words for it
  }
}

/** Ages are told by the file system's own clock: a file server's differs from ours. */
async function removeOlder(folder: string, limitMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    try {
      if ((await lstat(path)).mtimeMs < limitMs) await rm(path, { force: true });
    } catch (error) {
      if (!isAbsence(error)) throw error;
    }
  }
}
