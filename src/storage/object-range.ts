import { StorageError, StorageObjectTruncatedError, StorageUnreachableError } from "./errors.ts";

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

/** The part of an object's bytes; the same bytes when it is all of them. */
export function partOf(
  bytes: Uint8Array,
  range: { readonly offset: number; readonly length: number },
): Uint8Array {
  const { offset, length } = range;
  return length === bytes.length ? bytes : bytes.slice(offset, offset + length);
}

/** What a store answered by HTTP to a request for a range. */
export interface RangeAnswer {
  readonly body: Uint8Array;
  /** As announced before the body; undefined where it was not. */
  readonly lengthBytes: number | undefined;
  /** The header of this name: `bytes 0-99/1000`. A store that ignores ranges sends none, and the whole object. */
  readonly contentRange: string | undefined;
}

/**
 * The wanted bytes of an answer, held against the object's whole size. Those of the body itself, where they can be.
 * @throws {StorageUnreachableError} when the line ended early, which must not look like a short object
 */
export function answeredRange(name: string, answer: RangeAnswer, wanted: WantedRange): Uint8Array {
  const { body, lengthBytes, contentRange } = answer;
  if (lengthBytes !== undefined && body.length !== lengthBytes) throw endedEarly(name, body, lengthBytes);
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange ?? "") ?? [];
  const range = objectRange(name, total === undefined ? body.length : Number(total), wanted);
  if (total === undefined) return partOf(body, range);
  if (Number(start) !== range.offset) {
    throw new StorageError(`Cannot read "${name}": the store answered another range, ${contentRange}`);
  }
  if (body.length !== range.length) throw endedEarly(name, body, range.length);
  return body;
}

function endedEarly(name: string, { length }: Uint8Array, wanted: number): StorageUnreachableError {
  return new StorageUnreachableError(
    `Cannot read "${name}": the answer ended after ${length} of ${wanted} bytes`,
  );
}
