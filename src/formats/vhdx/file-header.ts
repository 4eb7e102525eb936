import { MIB, ZERO_GUID } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { hasGoodChecksum } from "./checksum.ts";
import {
  VhdxHeaderCorruptError,
  VhdxNotRecognisedError,
  VhdxTruncatedError,
  VhdxUnsupportedError,
} from "./errors.ts";
import {
  ALIGNMENT,
  FILE_TYPE_OFFSET,
  FILE_TYPE_SIGNATURE,
  FileTypeIdentifier,
  HEADER_OFFSETS,
  HEADER_SIGNATURE,
  HEADER_VERSION,
  Header,
  type HeaderValue,
  LOG_VERSION,
} from "./layout.ts";
import type { Tolerance } from "./tolerance.ts";

/** One of the two headers as it was found. */
export interface HeaderCopy {
  readonly number: 1 | 2;
  readonly hasSignature: boolean;
  /** Signature and checksum are right. */
  readonly isValid: boolean;
  readonly value: HeaderValue;
}

/** A stretch of the file that a structure has for itself. */
export interface FileArea {
  readonly offset: number;
  readonly length: number;
}

/** Reads who made the file. @throws {VhdxNotRecognisedError} when it does not begin as a VHDX. */
export async function readCreator(source: ByteSource): Promise<string> {
  if (source.sizeBytes < FileTypeIdentifier.sizeBytes)
    throw new VhdxNotRecognisedError(`Cannot read a VHDX: the file has ${source.sizeBytes} bytes`);
  const identifier = FileTypeIdentifier.decode(
    await readBytes(source, FILE_TYPE_OFFSET, FileTypeIdentifier.sizeBytes),
  );
  if (identifier.signature !== FILE_TYPE_SIGNATURE)
    throw new VhdxNotRecognisedError(
      `Cannot read a VHDX: the file does not begin with ${FILE_TYPE_SIGNATURE}`,
    );
  if (source.sizeBytes < MIB)
    throw new VhdxTruncatedError(
      `Cannot read the VHDX: the file ends at ${source.sizeBytes}, within its headers`,
    );
  return new TextDecoder("utf-16le").decode(identifier.creator).split("\0", 1)[0] ?? "";
}

/** Both headers, whatever their state; the file has its first MiB. */
export async function readHeaderCopies(source: ByteSource): Promise<readonly [HeaderCopy, HeaderCopy]> {
  return [await readCopy(source, 1), await readCopy(source, 2)];
}

async function readCopy(source: ByteSource, number: 1 | 2): Promise<HeaderCopy> {
  const bytes = await readBytes(source, HEADER_OFFSETS[number - 1] as number, Header.sizeBytes);
  const value = Header.decode(bytes);
  const hasSignature = value.signature === HEADER_SIGNATURE;
  return { number, hasSignature, isValid: hasSignature && hasGoodChecksum(bytes), value };
}

/**
 * The current header: of those that verify the one with the greater sequence number; of equal ones the first, as
 * Disk2vhd writes two with number 1. Nothing of the other header is looked at. [MS-VHDX] 2.2.2
 *
 * @throws {VhdxHeaderCorruptError} when none verifies; the lenient way then takes one that has only its signature.
 */
export function currentHeader(copies: readonly HeaderCopy[], tolerance: Tolerance): HeaderCopy {
  const valid = newest(copies.filter((copy) => copy.isValid));
  if (valid !== undefined) return valid;
  const corrupt = new VhdxHeaderCorruptError("Cannot read the VHDX: neither of its two headers verifies");
  const signed = newest(copies.filter((copy) => copy.hasSignature));
  if (signed === undefined) throw corrupt;
  tolerance.tolerate(corrupt);
  return signed;
}

function newest(copies: readonly HeaderCopy[]): HeaderCopy | undefined {
  const [first, second] = copies;
  if (first === undefined || second === undefined) return first;
  return second.value.sequenceNumber > first.value.sequenceNumber ? second : first;
}

/** Largest log that is accepted; Windows writes 1 MiB, OpenVMM has the same limit. */
export const MAX_LOG_BYTES = 1024 * MIB;

/**
 * Where the log lies; undefined when the header has none and needs none.
 *
 * @throws {VhdxUnsupportedError} on another version. @throws {VhdxHeaderCorruptError} on a log that cannot be there.
 */
export function checkHeader(header: HeaderValue, sizeBytes: number): FileArea | undefined {
  if (header.version !== HEADER_VERSION)
    throw new VhdxUnsupportedError(
      `Cannot read the VHDX: it has version ${header.version}, not ${HEADER_VERSION}`,
    );
  const isDirty = header.logGuid !== ZERO_GUID;
  if (isDirty && header.logVersion !== LOG_VERSION)
    throw new VhdxUnsupportedError(
      `Cannot read the VHDX: its log has version ${header.logVersion}, not ${LOG_VERSION}`,
    );
  if (header.logLength === 0 && !isDirty) return undefined;
  const offset = Number(header.logOffset);
  const isPossible =
    header.logLength > 0 &&
    header.logLength % ALIGNMENT === 0 &&
    header.logLength <= MAX_LOG_BYTES &&
    Number.isSafeInteger(offset) &&
    offset % ALIGNMENT === 0 &&
    offset >= ALIGNMENT;
  if (!isPossible || offset + header.logLength > sizeBytes)
    throw new VhdxHeaderCorruptError(
      `Cannot read the VHDX: its log is said to have ${header.logLength} bytes at ${header.logOffset}`,
    );
  return { offset, length: header.logLength };
}
