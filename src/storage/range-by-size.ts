import { StorageError, StorageObjectMissingError } from "./errors.ts";
import { objectRange, type WantedRange } from "./object-range.ts";
import type { Storage, StorageCallOptions } from "./storage.ts";

/**
 * What a range holds that cannot be asked for by HTTP, because it is empty or begins at or behind the end: nothing, or an
 * error that only the object's size decides. @throws {StorageObjectMissingError} @throws {StorageObjectTruncatedError}
 */
export async function rangeBySize(
  store: Pick<Storage, "stat">,
  name: string,
  options: StorageCallOptions & WantedRange,
): Promise<Uint8Array> {
  const found = await store.stat(name, options);
  if (found === undefined) {
    throw new StorageObjectMissingError(`Cannot read "${name}": there is no such object`);
  }
  if (objectRange(name, found.sizeBytes, options).length > 0) {
    throw new StorageError(`Cannot read "${name}": the store refuses a range of an object that is longer`);
  }
  return new Uint8Array(0);
}
