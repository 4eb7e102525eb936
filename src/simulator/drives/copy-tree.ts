import { constants, type Dirent } from "node:fs";
import { copyFile, type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MIB } from "../../base/index.ts";

const BLOCK_BYTES = 512; // the unit of `stat`'s blocks
const ZEROS = Buffer.alloc(MIB);

/**
 * Copies a folder with all files below it, without the folders in `except`; the target has its name only when it is whole.
 * Files are cloned where the file system can, else copied, sparse ones without their holes.
 */
export async function copyTree(from: string, to: string, except: readonly string[]): Promise<void> {
  const draft = `${to}.making`;
  await rm(draft, { recursive: true, force: true });
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(draft), { recursive: true });
  await copyFolder(from, draft, new Set(except));
  await rename(draft, to);
}

async function copyFolder(from: string, to: string, except: ReadonlySet<string>): Promise<void> {
  await mkdir(to);
  const entries: Dirent[] = await readdir(from, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const folder = join(from, name);
    if (!except.has(folder)) await copyFolder(folder, join(to, name), except);
  }
  for (const { name } of entries.filter((entry) => entry.isFile()))
    await copyOne(join(from, name), join(to, name));
}

async function copyOne(from: string, to: string): Promise<void> {
  const facts = await stat(from);
  const isSparse = facts.blocks * BLOCK_BYTES < facts.size;
  if (!isSparse || !(await isCloned(from, to))) {
    if (isSparse) await copyContent(from, to);
    else await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
  await utimes(to, facts.atime, facts.mtime);
}

async function isCloned(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    await rm(to, { force: true });
    return false; // most file systems cannot
  }
}

async function copyContent(from: string, to: string): Promise<void> {
  await using source = await open(from, "r");
  await using target = await open(to, "w");
  const { size } = await source.stat();
  await target.truncate(size);
  const piece = Buffer.alloc(MIB);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await source.read(piece, 0, piece.length, at);
    if (bytesRead === 0) break;
    const isEmpty = piece.compare(ZEROS, 0, bytesRead, 0, bytesRead) === 0;
    if (!isEmpty) await writeAll(target, piece.subarray(0, bytesRead), at);
    at += bytesRead;
  }
}

async function writeAll(target: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await target.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}
