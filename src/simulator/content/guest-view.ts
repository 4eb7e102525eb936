import { createHash } from "node:crypto";
import { KIB } from "../../base/index.ts";
import type { Disk } from "../../disk/index.ts";
import { type ChainSource, openVhdxChain, parentCandidates } from "../../formats/vhdx/index.ts";
import { HostFileError } from "../../places/index.ts";
import { DriveFile } from "../drives/drive-file.ts";

const PIECE_BYTES = 64 * KIB;

/** What a guest would read from a disk, in short. */
export interface GuestView {
  /** Over each piece of 64 KiB that is not zeros, with its place; the same for the same content in whatever files. */
  readonly sha256: string;
  /** Bytes in pieces that are not zeros. */
  readonly contentBytes: number;
  /** How many files the disk is made of. */
  readonly files: number;
}

/**
 * Opens a VHDX or AVHDX of this machine with its parents, which must lie near it as the relative paths say, and reads
 * everything that its guest sees.
 */
export async function guestView(leaf: string): Promise<GuestView> {
  await using chain = await openVhdxChain(await DriveFile.openToRead(leaf, leaf), {
    path: leaf,
    openParent: async (locator, child) =>
      await firstPresent(parentCandidates(locator, child.path).map(({ path }) => path)),
  });
  return { ...(await digestOf(chain.disk)), files: chain.files.length };
}

async function firstPresent(paths: readonly string[]): Promise<ChainSource | undefined> {
  for (const path of paths) {
    try {
      return { path, source: await DriveFile.openToRead(path, path) };
    } catch (error) {
      // the next place may have it
      if (!(error instanceof HostFileError) || error.reason !== "missing") throw error;
    }
  }
  return undefined;
}

async function digestOf(disk: Disk): Promise<Pick<GuestView, "sha256" | "contentBytes">> {
  const hash = createHash("sha256");
  const zeros = new Uint8Array(PIECE_BYTES);
  let [contentBytes, done] = [0, 0];
  for await (const { offset, length, kind } of disk.extents()) {
    if (kind === "zero") continue;
    // extents may meet inside a piece: it is read once
    const first = Math.max(done, offset - (offset % PIECE_BYTES));
    for (let at = first; at < offset + length; at += PIECE_BYTES) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, disk.sizeBytes - at));
      await disk.read(piece, at);
      done = at + PIECE_BYTES;
      if (Buffer.compare(piece, zeros.subarray(0, piece.length)) === 0) continue;
      hash.update(`${at}:`).update(piece);
      contentBytes += piece.length;
    }
  }
  return { sha256: hash.digest("hex"), contentBytes };
}
