import { closeSync, openSync } from "node:fs";
import { readOpenFile } from "./read-open-file.ts";

/** A piece of a plain file of this machine. */
export interface FilePiece {
  readonly path: string;
  readonly offset: number;
}

/** Fills the target from a file by its path; false when not all could be read. */
export function readFilePiece(target: Uint8Array, { path, offset }: FilePiece): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return false; // whoever has words for it reads again
  }
  try {
    return readOpenFile(target, { descriptor, offset });
  } finally {
    closeSync(descriptor);
  }
}
