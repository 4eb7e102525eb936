import { StorageObjectTruncatedError } from "./errors.ts";

/** What a caller of `get` asks for. */
export interface WantedRange {
  readonly offset?: number | undefined;
  readonly length?: number | undefined;
}

/**
 * The range as numbers, held against the object's true size. @throws {StorageObjectTruncatedError} when the object
 * ends before the range does. @throws {RangeError} when the range is no range.
 */
export function objectRange(
  name: string,
  sizeBytes: number,
  wanted: WantedRange,
): { readonly offset: number; readonly length: number } {
  const { offset = 0, length = Math.max(0, sizeBytes - offset) } = wanted;
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new RangeError(`Not a range of an object: ${length} bytes at ${offset}`);
  }
  if (offset + length > sizeBytes) {
    throw new StorageObjectTruncatedError(
      `Cannot read ${length} bytes at ${offset} of "${name}": it has ${sizeBytes}`,
    );
  }
  return { offset, length };
}
