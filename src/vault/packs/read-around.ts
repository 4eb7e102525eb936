import { KIB } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { getOrDamaged, isUnreadable } from "./get-or-damaged.ts";

/** What is tried next where a read fails: each failure may take the disk seconds, so there are few of them. The last is a sector. */
const PIECES = [64 * KIB, 4 * KIB];

/**
 * The first bytes of an object, with zeros where the disk does not give them: for those who can tell from hashes what is right.
 * The caller owns the bytes. @throws {VaultDamagedError} when it is gone, or shorter
 */
export async function readAround(
  storage: Storage,
  object: string,
  { length, signal }: { readonly length: number; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const read: RangeReader = async (range) => await rangeOf(storage, object, { ...range, signal });
  const whole = await read({ offset: 0, length });
  if (whole !== undefined) return whole;
  const bytes = new Uint8Array(length);
  await readPieces(bytes, 0, { read, sizes: PIECES });
  return bytes;
}

/** Undefined where the disk does not give it. */
type RangeReader = (range: {
  readonly offset: number;
  readonly length: number;
}) => Promise<Uint8Array | undefined>;

async function readPieces(
  into: Uint8Array,
  from: number,
  { read, sizes }: { readonly read: RangeReader; readonly sizes: readonly number[] },
): Promise<void> {
  const [size, ...smaller] = sizes;
  if (size === undefined) return;
  for (let at = 0; at < into.length; at += size) {
    const piece = into.subarray(at, at + size);
    const bytes = await read({ offset: from + at, length: piece.length });
    if (bytes === undefined) await readPieces(piece, from + at, { read, sizes: smaller });
    else piece.set(bytes);
  }
}

async function rangeOf(
  storage: Storage,
  object: string,
  range: NonNullable<Parameters<Storage["get"]>[1]>,
): Promise<Uint8Array | undefined> {
  try {
    return await getOrDamaged(storage, object, range);
  } catch (error) {
    if (error instanceof VaultDamagedError && isUnreadable(error)) return undefined;
    throw error;
  }
}
