/** Smaller buffers may be views of a pool that others share, and are not worth it. */
const LEAST_BYTES = 128 * 1024;

/**
 * Gives a buffer's memory back now, not at some later collection: a thread that makes megabytes for each frame otherwise holds
 * on to dozens of them. The caller was the only one who had the buffer, and nobody may look at it again: it is empty.
 */
export function discard(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= LEAST_BYTES) buffer.transfer(0);
}
