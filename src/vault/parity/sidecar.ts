import { hash } from "node:crypto";
import { MIB } from "../../base/index.ts";
import { FORMAT_VERSION, HASH_BYTES, ParityHead } from "../format/layout.ts";
import { PARITY_MAGIC } from "../format/magic.ts";
import { DATA_SEGMENTS, PARITY_SEGMENTS, parityOf } from "./reed-solomon.ts";

const SUM_BYTES = 16;
const SUMS_BYTES = (DATA_SEGMENTS + PARITY_SEGMENTS) * SUM_BYTES;
/** Head, sums, and the hash of both. */
const CLEAR_BYTES: number = ParityHead.sizeBytes + SUMS_BYTES + HASH_BYTES;
/** Segments are whole words of 8 bytes. */
const ALIGNMENT = 8;

/**
 * Writers make packs of 16 MiB. Anybody who can write to the storage can put an object of any size in a pack's or a sidecar's place:
 * what is longer than this is not mended, and gets no sidecar, since it would be in memory several times.
 */
export const LONGEST_MENDED: number = 256 * MIB;

/** What a sidecar says of its pack: docs/vault-format.md 6.1. */
export interface Sidecar {
  readonly packBytes: number;
  readonly segmentBytes: number;
  /** Of the data segments, then of the parity segments. */
  readonly sums: readonly Uint8Array[];
  /** Undefined where one is damaged. */
  readonly parity: readonly [Uint8Array | undefined, Uint8Array | undefined];
}

/** How long each segment of a pack of that length is. */
export function segmentBytesOf(packBytes: number): number {
  return ALIGNMENT * Math.ceil(packBytes / (ALIGNMENT * DATA_SEGMENTS));
}

/** How long a pack's sidecar is. */
export function sidecarBytesOf(packBytes: number): number {
  return CLEAR_BYTES + PARITY_SEGMENTS * segmentBytesOf(packBytes);
}

/**
 * A pack with zeros behind it, up to `DATA_SEGMENTS` whole segments: a copy of its parts, of which there may be less than the pack
 * was, at the beginning of `memory` where that is given.
 */
export function stripeOf(
  parts: readonly Uint8Array[],
  packBytes: number,
  memory: Uint8Array = new Uint8Array(DATA_SEGMENTS * segmentBytesOf(packBytes)),
): Uint8Array {
  const stripe = memory.subarray(0, DATA_SEGMENTS * segmentBytesOf(packBytes));
  let at = 0;
  for (const part of parts) {
    stripe.set(part, at);
    at += part.length;
  }
  return stripe.fill(0, at);
}

/**
 * The sidecar of a pack, a function of the pack's bytes alone. The stripe is what
 * `stripeOf()` gives. The caller owns the bytes.
 */
export function encodeSidecar(
  stripe: Uint8Array,
  pack: { readonly digest: Uint8Array; readonly packBytes: number },
): Uint8Array {
  const { digest, packBytes } = pack;
  const segmentBytes = segmentBytesOf(packBytes);
  const parity = parityOf(stripe);
  const bytes = new Uint8Array(sidecarBytesOf(packBytes));
  const head = {
    magic: PARITY_MAGIC,
    version: FORMAT_VERSION,
    dataSegments: DATA_SEGMENTS,
    paritySegments: PARITY_SEGMENTS,
    pack: digest,
    packBytes,
    segmentBytes,
  };
  bytes.set(ParityHead.encode(head));
  let at = ParityHead.sizeBytes;
  for (const sum of [...sumsOf(stripe, segmentBytes), ...sumsOf(parity, segmentBytes)]) {
    bytes.set(sum, at);
    at += SUM_BYTES;
  }
  bytes.set(hash("sha256", bytes.subarray(0, at), "buffer"), at);
  bytes.set(parity, CLEAR_BYTES);
  return bytes;
}

/** Undefined when it is none of this pack, damaged, too long to be mended, or made by a newer program. Views of the bytes. */
export function decodeSidecar(bytes: Uint8Array, digest: Uint8Array): Sidecar | undefined {
  if (bytes.length < CLEAR_BYTES) return undefined;
  const signed = bytes.subarray(0, CLEAR_BYTES - HASH_BYTES);
  if (!isEqual(hash("sha256", signed, "buffer"), bytes.subarray(signed.length, CLEAR_BYTES)))
    return undefined;
  const head = ParityHead.decode(bytes);
  const { packBytes, segmentBytes } = head;
  const isOurs =
    isEqual(head.magic, PARITY_MAGIC) &&
    head.version === FORMAT_VERSION &&
    head.dataSegments === DATA_SEGMENTS &&
    head.paritySegments === PARITY_SEGMENTS &&
    isEqual(head.pack, digest) &&
    segmentBytes === segmentBytesOf(packBytes) &&
    packBytes <= LONGEST_MENDED &&
    isEqual(ParityHead.encode(head), bytes.subarray(0, ParityHead.sizeBytes)); // reserved bytes too
  if (!isOurs) return undefined;
  const sums = Array.from({ length: DATA_SEGMENTS + PARITY_SEGMENTS }, (_, i) =>
    bytes.subarray(ParityHead.sizeBytes + SUM_BYTES * i, ParityHead.sizeBytes + SUM_BYTES * (i + 1)),
  );
  const segment = (i: number): Uint8Array | undefined => {
    const start = CLEAR_BYTES + i * segmentBytes;
    const found = bytes.subarray(start, start + segmentBytes);
    const sum = sums[DATA_SEGMENTS + i] as Uint8Array;
    return found.length === segmentBytes && isEqual(sumOf(found), sum) ? found : undefined;
  };
  return { packBytes, segmentBytes, sums, parity: [segment(0), segment(1)] };
}

/** Whether nothing of it is damaged. */
export function isWhole({ parity }: Sidecar): boolean {
  return !parity.includes(undefined);
}

/** Which segments of a stripe are not what they were. */
export function damagedSegments(stripe: Uint8Array, { sums, segmentBytes }: Sidecar): readonly number[] {
  return [...sumsOf(stripe, segmentBytes)].flatMap((sum, i) =>
    isEqual(sum, sums[i] as Uint8Array) ? [] : [i],
  );
}

function* sumsOf(bytes: Uint8Array, segmentBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += segmentBytes) yield sumOf(bytes.subarray(at, at + segmentBytes));
}

function sumOf(bytes: Uint8Array): Uint8Array {
  return hash("sha256", bytes, "buffer").subarray(0, SUM_BYTES);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
