import { StorageObjectTooLargeError } from "./errors.ts";

/**
 * What one put takes at most where an object is sent in one request. The services take 5 GiB and about as much; a vault's
 * largest objects are packs of about 16 MiB, so uploads in several parts are not built.
 */
export const LARGEST_OBJECT = 1 << 30;

/** The parts of an object as one; a single one is given as it is, and stays the caller's. @throws {StorageObjectTooLargeError} */
export function joinedParts(name: string, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > LARGEST_OBJECT) {
    throw new StorageObjectTooLargeError(
      `Cannot write "${name}": it has ${length} bytes, wanted at most ${LARGEST_OBJECT}`,
    );
  }
  const [only, second] = parts;
  return only !== undefined && second === undefined ? only : Buffer.concat(parts, length);
}
