import { readSync } from "node:fs";

/** A place in a file that this process has open. */
export interface DescriptorPlace {
  readonly descriptor: number;
  readonly offset: number;
}

/**
 * Fills the target from an open file, in the thread that needs the bytes: they are in its cache then, and no other thread has to be
 * asked and awaited for them. False when not all could be read: whoever has words for it reads again.
 */
export function readOpenFile(target: Uint8Array, { descriptor, offset }: DescriptorPlace): boolean {
  try {
    for (let done = 0; done < target.length; ) {
      const count = readSync(descriptor, target, done, target.length - done, offset + done);
      if (count === 0) return false;
      done += count;
    }
    return true;
  } catch {
    return false;
  }
}
