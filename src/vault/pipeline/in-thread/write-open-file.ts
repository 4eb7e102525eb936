import { writeSync } from "node:fs";
import type { DescriptorPlace } from "./read-open-file.ts";

/** Writes all bytes to an open file; false when not all could be written: whoever has words for it writes again. */
export function writeOpenFile(bytes: Uint8Array, { descriptor, offset }: DescriptorPlace): boolean {
  try {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
    }
    return true;
  } catch {
    return false;
  }
}
