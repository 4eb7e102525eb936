import { type ByteStore, readBytes } from "../../disk/index.ts";
import { VhdxWriteMismatchError } from "./writer-errors.ts";

/** Writes a structure, reads it back and compares. It is not durable before the next flush. */
export async function writeVerified(store: ByteStore, bytes: Uint8Array, fileOffset: number): Promise<void> {
  await store.write(bytes, fileOffset);
  const found = await readBytes(store, fileOffset, bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    if (found[at] !== bytes[at]) {
      throw new VhdxWriteMismatchError(
        `Cannot trust the file of the VHDX: what was written at ${fileOffset} reads back differently`,
        fileOffset,
      );
    }
  }
}
